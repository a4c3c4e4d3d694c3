/* Other ways. */
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/reroute.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include <string.h>

static bool may_look(const struct runner *r, const struct nexthop *p, int64_t now)
{
	return r->config_good && !r->leaving && !rules_are_simple(&r->config) &&
	       p->kind != NEXTHOP_HERE && nexthop_state(&r->nexthops, p, now) != NEXTHOP_UP;
}

int64_t reroute_next_ms(const struct runner *r, const struct nexthop *p, int64_t now)
{
	if (!may_look(r, p, now))
		return INT64_MAX;
	return p->schedule.added ? now : p->reroute_ms;
}

/* What was not looked at since the servers were last asked; p->reroute_ms becomes the time of the
 * first one that is not due yet. */
static uint32_t collect(struct nexthop *p, int64_t now, struct entry **due)
{
	uint32_t count = 0;
	p->reroute_ms = INT64_MAX;
	for (uint32_t i = 0; i < p->schedule.count; i++) {
		struct entry *e = p->schedule.heap[i];
		if (e->held || (e->looked_ms != 0 && e->looked_ms >= p->probed_ms))
			continue;
		if (e->due_ms <= now && count < REROUTE_AT_A_TIME)
			due[count++] = e;
		else if (e->due_ms < p->reroute_ms)
			p->reroute_ms = e->due_ms;
	}
	return count;
}

int reroute_due(struct runner *r, struct nexthop *p, int64_t now,
    struct entry *due[REROUTE_AT_A_TIME])
{
	return reroute_next_ms(r, p, now) <= now ? (int)collect(p, now, due) : 0;
}
