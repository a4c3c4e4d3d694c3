/* Candidates in order.  This process looks names up, reads the password and connects; the child
 * talks. */
#include "relay/attempt.h"
#include "diagnosis/catalogue.h"
#include "diagnosis/nexthop_words.h"
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
#include "relay/route/moved.h"
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
	if (d->hop[0] != '\0')
		nexthop_words_put(&words, d->hop);
	if (d->peer_name[0] != '\0')
		text_printf(&words, ", %s", d->peer_name);
	if (d->peer_address[0] != '\0' && strcmp(d->peer_address, d->peer_name) != 0)
		text_printf(&words, "[%s]", d->peer_address);
	if (d->port != 0 && d->peer_name[0] != '\0')
		text_printf(&words, ":%u", d->port);
	text_printf(&words, ": %s: %s", stage_word(d->stage), d->text);
	jobs_say_step(a->jobs, words.data);
	jobs_say(a->jobs, &(struct jobs_line){.verb = a->probe ? SAID_REFUSED : SAID_PASSED, .d = d});
	jobs_flush(a->jobs);
	if (a->worst.verdict == VERDICT_NONE || d->stage > a->worst.stage)
		a->worst = *d;
	if (a->of_smarthost.verdict == VERDICT_NONE || d->stage > a->of_smarthost.stage)
		a->of_smarthost = *d;
}

/* For those who watch. */
static void show_step(struct attempt *a, const char *what, const struct candidate *c)
{
	TEXT(words, 500);
	if (a->dialogue == DIALOGUE_NONE)
		return;
	text_put(&words, what);
	if (c->via[0] != '\0')
		text_printf(&words, "the proxy at [%s]:%u for ", c->via, c->via_port);
	text_printf(&words, "%s[%s]:%u", c->name, c->address, c->port);
	jobs_say(a->jobs,
	    &(struct jobs_line){.verb = a->dialogue == DIALOGUE_SAID ? SAID_SAY : SAID_STEP,
	        .text = words.data});
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
	outcome_name_peer(with->smarthost, with->candidate, &d);
	/* While others are left, a silent address is not waited for to the end. */
	int limit_s = with->left > 0 && a->config->connect_s > CONNECT_SHORT_S ? CONNECT_SHORT_S
	                                                                       : a->config->connect_s;
	show_step(a, "connecting to ", with->candidate);
	with->fd = connect_to(with->candidate, with->smarthost, limit_s, &d);
	if (with->fd >= 0) {
		show_step(a, "connected to ", with->candidate);
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
	if (d.stage == STAGE_TLS && with->smarthost->tls == SMARTHOST_TLS_OPPORTUNISTIC &&
	    !with->candidate->implicit && !with->without_tls && with->candidate->tlsa == NULL) {
		jobs_say_step(a->jobs, "tls = opportunistic: the same server again, without TLS");
		with->without_tls = true;
		ready = try_candidate(a, with, next);
		with->without_tls = false;
		return ready;
	}
	return false;
}

/* A recipient's domain that does not exist is no failure of a server: the mail is returned. */
static void fail_smarthost(struct attempt *a, const struct smarthost *smarthost,
    struct diagnosis *d)
{
	outcome_name_peer(smarthost, NULL, d);
	if (deed_decide(d) == DEED_RETURN)
		a->worst = *d;
	else
		note_failure(a, d);
}

static bool try_candidates(struct attempt *a, struct deliver *with, const struct route *r,
    int smarthosts_left)
{
	enum deed next = DEED_NEXT_ADDRESS;
	for (int i = 0; i < r->count && next != DEED_NEXT_HOP; i++) {
		if (is_avoided(a, &r->candidates[i]))
			continue;
		with->candidate = &r->candidates[i];
		with->left = smarthosts_left;
		for (int k = i + 1; k < r->count; k++)
			with->left += !is_avoided(a, &r->candidates[k]);
		if (try_candidate(a, with, &next))
			return true;
	}
	return false;
}

/* That a name may lead to a machine which its server has left belongs to the story, and to whatever
 * fails there. */
static void look_for_move(struct attempt *a, const struct smarthost *smarthost, struct route *r,
    struct text *words)
{
	moved_look(smarthost, r, words);
	if (words->length == 0)
		return;
	jobs_say_step(a->jobs, words->data);
	for (int i = 0; i < r->count; i++)
		r->candidates[i].moved = words->data;
}

/* Password and trust are read before anything is connected: what is missing there need not bother a
 * server. */
static bool try_smarthost(struct attempt *a, const struct smarthost *smarthost, int smarthosts_left)
{
	struct route r;
	struct diagnosis d = {0};
	struct buffer password = {0}, key = {0}, proxy_password = {0};
	TEXT(moved, sizeof d.moved);
	a->of_smarthost = (struct diagnosis){0};
	struct deliver with = {.config = a->config,
	    .smarthost = smarthost,
	    .jobs = a->jobs,
	    .password = "",
	    .proxy_password = "",
	    .without = orders_without(a->without, a->without_count, smarthost->name),
	    .probe = a->probe,
	    .dialogue = a->dialogue};
	bool ready = false;
	if (!route_find(smarthost, &r)) {
		say_trace(a, &r.trace);
		fail_smarthost(a, smarthost, &r.why);
		route_free(&r);
		return false;
	}
	say_trace(a, &r.trace);
	if (smarthost->proxy[0] == '\0')
		look_for_move(a, smarthost, &r, &moved);
	bool prepared = smarthost->login[0] == '\0' || secret_read(smarthost, &password, &d);
	if (prepared && smarthost->proxy_login[0] != '\0')
		prepared = secret_read_proxy(smarthost, &proxy_password, &d);
	if (prepared && smarthost->tls_cert_file[0] != '\0')
		prepared = secret_read_key(smarthost, &key, &d);
	if (prepared && smarthost->tls != SMARTHOST_TLS_OFF)
		prepared = (with.trust = tls_trust(smarthost, &key, &d)) != NULL;
	if (prepared) {
		if (password.length > 0)
			with.password = buffer_string(&password);
		if (proxy_password.length > 0)
			with.proxy_password = buffer_string(&proxy_password);
		ready = try_candidates(a, &with, &r, smarthosts_left);
	} else {
		fail_smarthost(a, smarthost, &d);
	}
	secret_free(&password);
	secret_free(&key);
	secret_free(&proxy_password);
	if (with.trust != NULL)
		tls_trust_free(with.trust);
	route_free(&r);
	return ready;
}

int attempt_smarthosts(const struct attempt *a, struct smarthost *smarthosts, int size)
{
	int count = 0;
	if (*a->path == '@') {
		smarthost_direct(&smarthosts[0], a->path + 1, a->config->direct_port);
		if (strstr(a->path, SMARTHOST_TLS_OPTIONAL) == NULL)
			smarthosts[0].dane = a->config->direct_dane;
		text_copy(smarthosts[0].known[0], sizeof smarthosts[0].known[0], a->config->domain);
		text_copy(smarthosts[0].known[1], sizeof smarthosts[0].known[1], a->config->name);
		return 1;
	}
	for (const char *at = a->path; *at != '\0' && count < size; at += *at == ',') {
		size_t length = strcspn(at, ",");
		for (int i = 0; i < a->config->smarthost_count; i++) {
			const struct smarthost *h = &a->config->smarthosts[i];
			if (strlen(h->name) == length && memcmp(h->name, at, length) == 0 &&
			    !is_in(a->skip, a->skip_count, h->name))
				smarthosts[count++] = *h;
		}
		at += length;
	}
	return count;
}

bool attempt_run(struct attempt *a)
{
	static struct smarthost smarthosts[CONFIG_SMARTHOSTS_MAX];
	int count = attempt_smarthosts(a, smarthosts, CONFIG_SMARTHOSTS_MAX);
	for (int i = 0; i < count; i++) {
		if (try_smarthost(a, &smarthosts[i], count - i - 1))
			return true;
		if (a->of_smarthost.verdict != VERDICT_NONE)
			jobs_say(a->jobs, &(struct jobs_line){.verb = SAID_HOP, .d = &a->of_smarthost});
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
