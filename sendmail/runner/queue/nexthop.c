/* Nexthops and the servers on them. */
#include "diagnosis/deed.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/log.h"
#include "diagnosis/nexthop_words.h"
#include "diagnosis/report.h"
#include "runner/queue/server_state.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_wake.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/schedule.h"
#include "spool/counters.h"
#include <stdlib.h>
#include <string.h>

#define NEW_MAIL_PROBE_MS 60000
#define LIMIT_MS 30000
#define PER_SESSION_MS 600000

bool nexthop_leads_over(const struct nexthop *p, const char *name)
{
	for (int i = 0; i < p->name_count; i++) {
		if (strcmp(p->names[i], name) == 0)
			return true;
	}
	return false;
}

/* A compromised relay may name what it likes: only servers of our nexthops are remembered. */
static bool is_known(const struct nexthops *n, const char *name)
{
	bool known = *name == '\0';
	for (int i = 0; i < n->count && !known; i++)
		known = nexthop_leads_over(n->list[i], name);
	return known;
}

/* The failure of a nexthop without servers is kept under an empty name. */
static const struct server_state *nameless(const struct nexthops *n, const struct nexthop *p)
{
	return p->kind == NEXTHOP_NOWHERE ? server_state_find(&n->servers, "") : NULL;
}

int64_t nexthop_until_ms(const struct nexthops *n, const struct nexthop *p)
{
	const struct server_state *lone = nameless(n, p);
	int64_t until = lone != NULL ? lone->until_ms : INT64_MAX;
	for (int i = 0; i < p->name_count; i++) {
		const struct server_state *h = server_state_find(&n->servers, p->names[i]);
		int64_t of_smarthost = h != NULL ? h->until_ms : 0;
		until = of_smarthost < until ? of_smarthost : until;
	}
	return until == INT64_MAX ? 0 : until;
}

enum nexthop_state nexthop_state(const struct nexthops *n, const struct nexthop *p, int64_t now_ms)
{
	const struct server_state *lone = nameless(n, p);
	bool failing = lone != NULL && lone->failures > 0;
	for (int i = 0; i < p->name_count; i++) {
		const struct server_state *h = server_state_find(&n->servers, p->names[i]);
		if (h == NULL || h->failures == 0)
			return NEXTHOP_UP;
		failing = true;
	}
	if (!failing)
		return NEXTHOP_UP;
	return nexthop_until_ms(n, p) <= now_ms ? NEXTHOP_PROBE : NEXTHOP_DOWN;
}

/* When new mail may ask; INT64_MAX: there is none since the last try, or it may not. */
static int64_t new_mail_ms(const struct nexthops *n, const struct nexthop *p)
{
	if (p->schedule.new_count <= p->probed_new)
		return INT64_MAX;
	for (int i = 0; i < p->name_count; i++) {
		const struct server_state *h = server_state_find(&n->servers, p->names[i]);
		if (h == NULL || !server_state_login_refused(h))
			return p->probed_ms + NEW_MAIL_PROBE_MS;
	}
	return INT64_MAX;
}

bool nexthop_new_mail_may_ask(const struct nexthops *n, const struct nexthop *p, int64_t now_ms)
{
	return new_mail_ms(n, p) <= now_ms;
}

int64_t nexthop_ask_ms(const struct nexthops *n, const struct nexthop *p)
{
	int64_t now = clock_mono_ms(), until = nexthop_until_ms(n, p), fresh = new_mail_ms(n, p);
	if (nexthop_state(n, p, now) == NEXTHOP_UP)
		return p->paced_ms > now ? p->paced_ms : now;
	until = fresh < until ? fresh : until;
	return until > now ? until : now;
}

int nexthop_ask_s(const struct nexthops *n, const struct nexthop *p)
{
	return (int)((nexthop_ask_ms(n, p) - clock_mono_ms() + 999) / 1000);
}

void nexthop_new_mail(struct nexthops *n, const struct nexthop *p)
{
	if (p->schedule.new_count == p->probed_new + 1 &&
	    nexthop_state(n, p, clock_mono_ms()) == NEXTHOP_DOWN)
		n->health_changed = true;
}

bool nexthop_is_proven(const struct nexthops *n, const struct nexthop *p)
{
	const struct server_state *h =
	    p->kind == NEXTHOP_MX ? server_state_find(&n->servers, p->key) : NULL;
	return p->kind != NEXTHOP_MX || (h != NULL && h->worked);
}

void nexthop_session_ended(struct nexthop *p, int messages)
{
	p->per_session = messages;
	p->per_session_until_ms = clock_mono_ms() + PER_SESSION_MS;
}

bool nexthop_takes_no_more(const struct diagnosis *d, int open)
{
	/* Filters have no sessions to allow. */
	return d->fault != FAULT_CREDENTIAL && d->fault != FAULT_CONFIG && d->fault != FAULT_LOCAL &&
	       open > 0;
}

void nexthop_hop_failed(struct nexthops *n, struct nexthop *p, const struct diagnosis *d, int open)
{
	if (nexthop_takes_no_more(d, open)) {
		p->limit = open;
		p->limit_until_ms = clock_mono_ms() + LIMIT_MS;
		log_line(LOG_NOTICE, "smarthost %s accepts no more sessions than the %d that are open: %s",
		    d->hop, p->limit, d->text);
		return;
	}
	if (!is_known(n, d->hop))
		return;
	struct server_state *h = server_state_make(&n->servers, d->hop);
	counters_server(n->counters, d->hop)->refused++;
	if (text_starts(diag_key(d), "proxy-"))
		counters_note(n->counters, d->hop, COUNTERS_PROXY);
	n->counters->changed = true;
	/* What an operator wanted tried out of its time says nothing about how long to wait. */
	if (h->wished > 0)
		h->wished--;
	else
		h->failures++;
	h->worked = false;
	h->why = *d;
	int wait_s = server_state_pause_s(h, n->config);
	if (h->failures == 1)
		h->since_s = clock_wall_s();
	h->until_ms = clock_mono_ms() + (int64_t)wait_s * 1000;
	h->next_s = clock_wall_s() + wait_s;
	n->health_changed = true;
	if (server_state_login_refused(h))
		log_line(LOG_WARNING,
		    "smarthost %s refused the login %d time%s; it is not tried again for %d s, so that the "
		    "account is not locked: %s",
		    h->name, h->failures, h->failures == 1 ? "" : "s", wait_s, d->text);
}

bool nexthop_why(const struct nexthops *n, const struct nexthop *p, struct diagnosis *why)
{
	const struct server_state *worst = nameless(n, p);
	if (nexthop_state(n, p, 0) == NEXTHOP_UP) {
		*why = p->paced;
		return p->paced_ms > clock_mono_ms();
	}
	for (int i = 0; i < p->name_count; i++) {
		const struct server_state *h = server_state_find(&n->servers, p->names[i]);
		if (worst == NULL || h->why.stage > worst->why.stage)
			worst = h;
	}
	*why = worst->why;
	return true;
}

/* The server that d names; for a reason of our own (no smarthost configured, a relay that cannot
   read the configuration) all of them: the mail would be asked about one by one, without a rest. */
static void fail_unnamed(struct nexthops *n, struct nexthop *p, const struct diagnosis *d, int open)
{
	struct diagnosis named = *d;
	bool is_named = d->hop[0] != '\0' && nexthop_leads_over(p, d->hop);
	if (is_named || p->name_count == 0)
		nexthop_hop_failed(n, p, d, open);
	for (int i = 0; i < p->name_count && !is_named; i++) {
		text_copy(named.hop, sizeof named.hop, p->names[i]);
		nexthop_hop_failed(n, p, &named, open);
	}
}

void nexthop_down(struct nexthops *n, struct nexthop *p, const struct diagnosis *d, int open)
{
	TEXT(words, 1200);
	TEXT(domain, 400);
	/* No server of it was said to fail. */
	if (nexthop_state(n, p, clock_mono_ms()) != NEXTHOP_DOWN && p->limit == 0)
		fail_unnamed(n, p, d, open);
	n->health_changed = true;
	if (nexthop_state(n, p, 0) == NEXTHOP_UP)
		return;
	p->schedule.added = true;
	int left_s = nexthop_ask_s(n, p);
	report_reason(&words, d);
	nexthop_words_domain(&domain, p->key);
	if (p->kind == NEXTHOP_FILTER)
		log_line(LOG_WARNING, "filter %s does not work; its mail waits; next try in %d s: %s",
		    p->key + 1, left_s, words.data);
	else if (p->kind == NEXTHOP_MX)
		log_line(LOG_WARNING, "no server of %s accepts mail; next try in %d s: %s", domain.data,
		    left_s, words.data);
	else if (p->kind == NEXTHOP_LOCAL)
		log_line(LOG_WARNING, "nothing is delivered to local mailboxes; next try in %d s: %s",
		    left_s, words.data);
	else if (rules_are_simple(n->config))
		log_line(LOG_WARNING, "no smarthost accepts mail; everything waits; next try in %d s: %s",
		    left_s, words.data);
	else
		log_line(LOG_WARNING,
		    "no smarthost accepts mail%s%s; mail without another way waits; next try in %d s: %s",
		    p->kind != NEXTHOP_NOWHERE ? " for " : "", p->key, left_s, words.data);
}

static void fail_until_proven(struct nexthops *n, struct nexthop *p, const char *name,
    const struct diagnosis *d, int open)
{
	struct diagnosis named = *d;
	text_copy(named.hop, sizeof named.hop, name);
	nexthop_hop_failed(n, p, &named, open);
	struct server_state *h = server_state_find(&n->servers, name);
	if (h != NULL && h->failures > 0)
		h->unproven = true;
}

void nexthop_was_useless(struct nexthops *n, struct nexthop *p, const struct diagnosis *d, int open)
{
	bool named = *d->hop != '\0' && nexthop_leads_over(p, d->hop);
	for (int i = 0; i < p->name_count; i++) {
		if (!named || strcmp(p->names[i], d->hop) == 0)
			fail_until_proven(n, p, p->names[i], d, open);
	}
	nexthop_down(n, p, d, open);
}

void nexthop_server_proven(struct nexthops *n, const char *name)
{
	struct server_state *h = server_state_find(&n->servers, name);
	if (h == NULL || !h->unproven)
		return;
	h->unproven = false;
	nexthop_hop_ready(n, name);
}

static void say_again(const char *name, int failures)
{
	enum nexthop_kind kind = nexthop_key_kind(name);
	TEXT(words, 400);
	text_put(&words, kind == NEXTHOP_SMARTHOSTS ? "smarthost " : "");
	nexthop_words_put(&words, name);
	log_line(LOG_INFO, "%s %s again, after %d failure%s", words.data,
	    kind == NEXTHOP_FILTER       ? "works"
	    : kind == NEXTHOP_SMARTHOSTS ? "accepts mail"
	                                 : "accept mail",
	    failures, failures == 1 ? "" : "s");
}

/* The first success after a failure, or after a start, makes all mail that waits for it due: that
 * of an earlier one gave its time. */
void nexthop_hop_ready(struct nexthops *n, const char *name)
{
	if (!is_known(n, name))
		return;
	struct server_state *h = server_state_make(&n->servers, name);
	bool news = h->failures > 0 || !h->worked;
	if (h->unproven)
		return;
	counters_server(n->counters, name)->ready++;
	n->counters->changed = true;
	if (h->failures > 0)
		say_again(name, h->failures);
	h->worked = true;
	h->failures = 0;
	h->wished = 0;
	h->until_ms = 0;
	if (!news)
		return;
	for (int i = 0; i < n->count; i++) {
		if (nexthop_leads_over(n->list[i], name))
			nexthop_wake(n->list[i]);
	}
	n->health_changed = true;
}

bool nexthop_ask_again(struct nexthops *n, struct nexthop *p, uint64_t wish)
{
	if (p->wish == wish)
		return false;
	p->wish = wish;
	for (int i = 0; i < p->name_count; i++) {
		struct server_state *h = server_state_find(&n->servers, p->names[i]);
		if (h == NULL)
			continue;
		h->until_ms = 0;
		h->wished += h->failures > 0;
	}
	/* A server decides when a session begins who may relay in it: a fix there counts for
	 * a new one. */
	p->renewed = true;
	return true;
}

void nexthop_ask_all_again(struct nexthops *n)
{
	for (int i = 0; i < n->servers.count; i++)
		n->servers.list[i].until_ms = 0;
	for (int i = 0; i < n->count; i++)
		n->list[i]->limit = 0;
}

void nexthop_forget_failures(struct nexthops *n)
{
	nexthop_ask_all_again(n);
	for (int i = 0; i < n->count; i++)
		n->list[i]->paced_ms = 0;
	for (int i = 0; i < n->servers.count; i++) {
		n->servers.list[i].failures = 0;
		n->servers.list[i].wished = 0;
		n->servers.list[i].unproven = false;
	}
}
