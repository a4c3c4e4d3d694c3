/* Asking for the pace, and saying that it holds mail. */
#include "runner/queue/nexthop_pace.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "spool/counters.h"
#include <string.h>

#define SAY_EVERY_MS 3600000

static const struct smarthost *find(const struct config *c, const char *name)
{
	for (int i = 0; i < c->smarthost_count; i++) {
		if (strcmp(c->smarthosts[i].name, name) == 0)
			return &c->smarthosts[i];
	}
	return NULL;
}

const struct smarthost *nexthop_pace_server(const struct nexthops *n, const struct nexthop *p)
{
	for (int i = 0; i < p->name_count; i++) {
		const struct server_state *h = server_state_find(&n->servers, p->names[i]);
		if (h == NULL || h->failures == 0)
			return find(n->config, p->names[i]);
	}
	return p->name_count > 0 ? find(n->config, p->names[0]) : NULL;
}

static void hold(struct nexthops *n, struct nexthop *p, const struct smarthost *s, int64_t wait_ms,
    bool learnt, const char *why)
{
	int64_t now = clock_mono_ms();
	if (p->paced_ms <= now - 1000) {
		p->paced_since_s = clock_wall_s();
		counters_note(n->counters, s->name, COUNTERS_PACED);
	}
	p->paced_ms = now + wait_ms;
	p->paced = (struct diagnosis){0};
	diag_set(&p->paced, VERDICT_DEFERRED, STAGE_CONFIG, learnt ? REASON_PACE_LEARNT : REASON_PACE,
	    "%s", why);
	p->paced.fault = learnt ? FAULT_ROUTE : FAULT_CONFIG;
	text_copy(p->paced.hop, sizeof p->paced.hop, s->name);
	n->health_changed = true;
	if (p->paced_said_ms != 0 && now - p->paced_said_ms < SAY_EVERY_MS)
		return;
	p->paced_said_ms = now;
	log_line(LOG_NOTICE, "smarthost %s: %s: further mail waits; next in %d s", s->name, why,
	    nexthop_ask_s(n, p));
}

bool nexthop_pace_holds(struct nexthops *n, struct nexthop *p, const struct smarthost *s,
    const struct pace_load *load)
{
	int64_t now = clock_mono_ms(), wait_ms = 0;
	bool learnt = false;
	TEXT(why, 200);
	if (p->paced_ms > now)
		return true;
	switch (pace_ask(&n->paces, s, load, now, &wait_ms, &learnt, &why)) {
	case PACE_WAIT: hold(n, p, s, wait_ms, learnt, why.data); return true;
	case PACE_OUTCOME: return true;
	case PACE_GO: break;
	}
	if (p->paced_ms == 0)
		return false;
	p->paced_ms = 0;
	n->health_changed = true;
	return false;
}

/* For whoever draws it; most servers have taught nothing. */
static void note_learnt(struct nexthops *n, const char *name)
{
	const struct pace *pace = pace_find(&n->paces, name);
	unsigned long long per_hour = pace != NULL ? (unsigned long long)pace->learnt.per_hour : 0;
	struct counters_server *h = counters_server(n->counters, name);
	if (h->per_hour == per_hour)
		return;
	h->per_hour = per_hour;
	n->counters->changed = true;
}

void nexthop_pace_count(struct nexthops *n, const char *name, int recipients, bool accepted)
{
	const struct smarthost *s = find(n->config, name);
	if (s == NULL)
		return;
	pace_count(&n->paces, s, recipients, accepted, clock_mono_ms());
	note_learnt(n, name);
}

void nexthop_pace_refused(struct nexthops *n, const char *name, const struct diagnosis *d)
{
	const struct smarthost *s = d->key == REASON_RATE_LIMITED ? find(n->config, name) : NULL;
	struct pace *pace = s != NULL ? pace_make(&n->paces, name) : NULL;
	if (s != NULL)
		counters_note(n->counters, name, COUNTERS_TOO_FAST);
	if (pace == NULL || !pace_learn_refused(&pace->learnt, clock_mono_ms()))
		return;
	n->paces.changed = true;
	note_learnt(n, name);
	int minute = pace_learn_most(&pace->learnt, PACE_MINUTE);
	log_line(LOG_NOTICE,
	    "smarthost %s limits how much it accepts: from now on it gets %d messages %s", name,
	    minute > 0 ? minute : pace->learnt.per_hour, minute > 0 ? "a minute" : "an hour");
}
