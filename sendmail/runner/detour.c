/* Other ways. */
#include "runner/detour.h"
#include "base/mem.h"
#include "runner/message.h"
#include "runner/watch.h"
#include <string.h>

#define AT_A_TIME 100 /* then sessions have their turn */

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
		if (e->due_ms <= now && count < AT_A_TIME)
			due[count++] = e;
		else if (e->due_ms < p->detour_ms)
			p->detour_ms = e->due_ms;
	}
	return count;
}

static void look_at(struct runner *r, struct path *p, struct entry *e, int64_t now)
{
	struct diagnosis why = {0};
	struct buffer steps = {0};
	int64_t due_ms = e->due_ms;
	struct message *m = message_take(r, p, e);
	if (m == NULL)
		return;
	e->looked_ms = now;
	path_why(r, p, &why);
	path_put_skips(r, p, &steps);
	if (!message_detour(r, m, &why, &steps)) {
		message_free(m);
		schedule_add_moved(&p->schedule, e, due_ms);
	}
	buffer_free(&steps);
}

void detour_path(struct runner *r, struct path *p, int64_t now)
{
	struct entry *due[AT_A_TIME];
	if (detour_next_ms(r, p, now) > now)
		return;
	uint32_t count = collect(p, now, due);
	for (uint32_t i = 0; i < count; i++)
		look_at(r, p, due[i], now);
	/* What came back is no news. */
	p->schedule.added = false;
}
