/* Candidates in order.  This process looks names up, reads the password and connects; the child
 * talks. */
#include "relay/attempt.h"
#include "diagnosis/catalogue.h"
#include "base/compat.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/text.h"
#include "config/secret.h"
#include "jobs/orders.h"
#include "relay/ask.h"
#include "relay/child.h"
#include "relay/outcome.h"
#include "relay/connect.h"
#include "relay/deliver.h"
#include "diagnosis/deed.h"
#include "relay/route/route.h"
#include <string.h>
#include <unistd.h>

#define CONNECT_SHORT_S 10

static void say_trace(struct attempt *a, struct buffer *trace)
{
	char *line;
	while ((line = fdio_take_line(trace)) != NULL) {
		jobs_say_step(a->jobs, line);
		mem_free(&line);
	}
	jobs_flush(a->jobs);
}

/* Remembers the failure that came furthest: it says most about what is to be repaired. */
static void note_failure(struct attempt *a, const struct diagnosis *d)
{
	TEXT(words, 900);
	text_put(&words, d->hop);
	if (d->peer_name[0] != '\0')
		text_printf(&words, ", %s", d->peer_name);
	if (d->peer_address[0] != '\0' && strcmp(d->peer_address, d->peer_name) != 0)
		text_printf(&words, "[%s]", d->peer_address);
	if (d->port != 0 && d->peer_name[0] != '\0')
		text_printf(&words, ":%u", d->port);
	text_printf(&words, ": %s: %s", stage_name(d->stage), d->text);
	jobs_say_step(a->jobs, words.data);
	jobs_say_diag(a->jobs, a->probe ? "refused" : "passed", "", 0, 0, d);
	jobs_flush(a->jobs);
	if (a->worst.verdict == VERDICT_NONE || d->stage > a->worst.stage)
		a->worst = *d;
	if (a->of_hop.verdict == VERDICT_NONE || d->stage > a->of_hop.stage)
		a->of_hop = *d;
}

/* For those who watch. */
static void tell_step(struct attempt *a, const char *what, const struct candidate *c)
{
	TEXT(words, 400);
	if (a->show == NULL)
		return;
	text_printf(&words, "%s%s[%s]:%u", what, c->name, c->address, c->port);
	jobs_say_line(a->jobs, a->show, words.data);
	jobs_flush(a->jobs);
}

static bool is_in(char **list, int count, const char *word)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(list[i], word) == 0)
			return true;
	}
	return false;
}

static bool is_avoided(const struct attempt *a, const struct candidate *c)
{
	TEXT(server, 80);
	text_printf(&server, "%s/%u", c->address, c->port);
	return is_in(a->avoid, a->avoid_count, server.data);
}

/* One candidate; true when its session was ready. *next gets what to do after a failure. */
static bool try_candidate(struct attempt *a, struct deliver *with, enum deed *next)
{
	struct diagnosis d = {0};
	bool ready = false;
	outcome_name_peer(with->hop, with->candidate, &d);
	/* While others are left, a silent address is not waited for to the end. */
	int limit_s = with->left > 0 && a->config->connect_s > CONNECT_SHORT_S ? CONNECT_SHORT_S
	                                                                       : a->config->connect_s;
	tell_step(a, "connecting to ", with->candidate);
	with->fd = connect_to(with->candidate, with->hop, limit_s, &d);
	if (with->fd >= 0) {
		tell_step(a, "connected to ", with->candidate);
		connect_local_address(with->fd, with->local_address, sizeof with->local_address);
	}
	if (with->fd >= 0 && !ask_silent(with, &d)) {
		/* The session speaks for itself. */
		if (!a->probe)
			jobs_beat(a->jobs, false);
		ready = child_run(with, &d);
		if (!a->probe)
			jobs_beat(a->jobs, true);
		close(with->fd);
	}
	if (ready)
		return true;
	*next = deed_decide(&d);
	note_failure(a, &d);
	if (d.stage == STAGE_TLS && with->hop->tls == HOP_TLS_OPPORTUNISTIC &&
	    !with->candidate->implicit && !with->without_tls) {
		jobs_say_step(a->jobs, "tls = opportunistic: the same server again, without TLS");
		with->without_tls = true;
		ready = try_candidate(a, with, next);
		with->without_tls = false;
		return ready;
	}
	return false;
}

/* A recipient's domain that does not exist is no failure of a server: the mail is returned. */
static void fail_hop(struct attempt *a, const struct hop *hop, struct diagnosis *d)
{
	outcome_name_peer(hop, NULL, d);
	if (deed_decide(d) == DEED_RETURN)
		a->worst = *d;
	else
		note_failure(a, d);
}

static bool try_candidates(struct attempt *a, struct deliver *with, const struct route *r,
    int hops_left)
{
	enum deed next = DEED_NEXT_ADDRESS;
	for (int i = 0; i < r->count && next != DEED_NEXT_HOP; i++) {
		if (is_avoided(a, &r->candidates[i]))
			continue;
		with->candidate = &r->candidates[i];
		with->left = hops_left;
		for (int k = i + 1; k < r->count; k++)
			with->left += !is_avoided(a, &r->candidates[k]);
		if (try_candidate(a, with, &next))
			return true;
	}
	return false;
}

/* Password and trust are read before anything is connected: what is missing there need not bother a
 * server. */
static bool try_hop(struct attempt *a, const struct hop *hop, int hops_left)
{
	struct route r;
	struct diagnosis d = {0};
	struct buffer password = {0};
	a->of_hop = (struct diagnosis){0};
	struct deliver with = {.config = a->config,
	    .hop = hop,
	    .jobs = a->jobs,
	    .password = "",
	    .without = orders_without(a->without, a->without_count, hop->name),
	    .probe = a->probe,
	    .show = a->show};
	bool ready = false;
	if (!route_hop(hop, &r)) {
		say_trace(a, &r.trace);
		fail_hop(a, hop, &r.why);
		route_free(&r);
		return false;
	}
	say_trace(a, &r.trace);
	bool prepared = hop->login[0] == '\0' || secret_read(hop, &password, &d);
	if (prepared && hop->tls != HOP_TLS_OFF)
		prepared = (with.trust = tls_trust(hop, &d)) != NULL;
	if (prepared) {
		if (password.length > 0)
			with.password = buffer_string(&password);
		ready = try_candidates(a, &with, &r, hops_left);
	} else {
		fail_hop(a, hop, &d);
	}
	if (password.data != NULL)
		compat_wipe(password.data, password.size);
	buffer_free(&password);
	if (with.trust != NULL)
		tls_trust_free(with.trust);
	route_free(&r);
	return ready;
}

int attempt_hops(const struct attempt *a, struct hop *hops, int size)
{
	int count = 0;
	if (*a->path == '@') {
		hop_direct(&hops[0], a->path + 1, a->config->direct_port);
		text_copy(hops[0].known[0], sizeof hops[0].known[0], a->config->domain);
		text_copy(hops[0].known[1], sizeof hops[0].known[1], a->config->name);
		return 1;
	}
	for (const char *at = a->path; *at != '\0' && count < size; at += *at == ',') {
		size_t length = strcspn(at, ",");
		for (int i = 0; i < a->config->hop_count; i++) {
			const struct hop *h = &a->config->hops[i];
			if (strlen(h->name) == length && memcmp(h->name, at, length) == 0 &&
			    !is_in(a->skip, a->skip_count, h->name))
				hops[count++] = *h;
		}
		at += length;
	}
	return count;
}

bool attempt_run(struct attempt *a)
{
	static struct hop hops[CONFIG_HOPS_MAX];
	int count = attempt_hops(a, hops, CONFIG_HOPS_MAX);
	for (int i = 0; i < count; i++) {
		if (try_hop(a, &hops[i], count - i - 1))
			return true;
		if (a->of_hop.verdict != VERDICT_NONE)
			jobs_say_diag(a->jobs, "hop", "", 0, 0, &a->of_hop);
	}
	if (count == 0) {
		diag_set(&a->worst, VERDICT_DEFERRED, STAGE_CONFIG, REASON_NO_SMARTHOST,
		    "no smarthost is configured for this mail");
		catalogue_recognise(&a->worst);
	} else if (a->worst.verdict == VERDICT_NONE) {
		diag_set(&a->worst, VERDICT_DEFERRED, STAGE_CONNECT, REASON_ALL_TRIED,
		    "every address was tried in this attempt");
	}
	return false;
}
