/* Other ways. */
#include "runner/detour.h"
#include <string.h>

static bool may_look(const struct runner *r, const struct path *p, int64_t now)
{
	return r->config_good && !r->leaving && !rules_are_simple(&r->config) &&
	       strcmp(p->key, PATH_NONE) != 0 && path_state(r, p, now) != PATH_UP;
}

int64_t detour_next_ms(const struct runner *r, const struct path *p, int64_t now)
{
	if (!may_look(r, p, now))
		return INT64_MAX;
	return p->schedule.added ? now : p->detour_ms;
}

/* What was not looked at since the servers were last asked; p->detour_ms becomes the time of the
 * first one that is not due yet. */
static uint32_t collect(struct path *p, int64_t now, struct entry **due)
{
	uint32_t count = 0;
	p->detour_ms = INT64_MAX;
	for (uint32_t i = 0; i < p->schedule.count; i++) {
		struct entry *e = p->schedule.heap[i];
		if (e->held || (e->looked_ms != 0 && e->looked_ms >= p->probed_ms))
			continue;
		if (e->due_ms <= now && count < DETOUR_AT_A_TIME)
			due[count++] = e;
		else if (e->due_ms < p->detour_ms)
			p->detour_ms = e->due_ms;
	}
	return count;
}

int detour_due(struct runner *r, struct path *p, int64_t now, struct entry *due[DETOUR_AT_A_TIME])
{
	return detour_next_ms(r, p, now) <= now ? (int)collect(p, now, due) : 0;
}
