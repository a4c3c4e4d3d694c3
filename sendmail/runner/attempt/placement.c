/* On which path an entry waits. */
#include "base/clock.h"
#include "base/text.h"
#include "runner/attempt/message.h"
#include "runner/attempt/placement.h"
#include "runner/queue/entry.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/queue/tried.h"
#include <stdlib.h>

/* All mail goes one way unless rules or direct delivery are configured; then its recipients decide.
   Not MESSAGE_READY: it cannot be worked on; it is on the path without servers, where that is dealt
   with. */
static enum message_found find_path(struct runner *r, struct entry *e)
{
	char key[RULES_PATH_SIZE];
	struct message *m;
	TEXT(why, 400);
	if (!r->config_good || (rules_are_simple(&r->config) && r->config.filter_count == 0)) {
		rules_default_path(&r->config, key, sizeof key);
		e->nexthop = nexthop_find(&r->nexthops, key);
		return MESSAGE_READY;
	}
	enum message_found state = message_read(r, e, MESSAGE_OPEN, &m, &why);
	e->nexthop = nexthop_find(&r->nexthops,
	    m != NULL && state == MESSAGE_READY ? m->nexthop : NEXTHOP_KEY_HERE);
	if (m != NULL)
		message_free(m);
	return state;
}

static void deal_with(struct entry *e)
{
	schedule_add(&e->nexthop->schedule, e, e->held ? INT64_MAX : clock_mono_ms());
}

void placement_add_new(struct runner *r, struct entry *e)
{
	if (find_path(r, e) != MESSAGE_READY) {
		deal_with(e);
		return;
	}
	struct nexthop *p = e->nexthop;
	schedule_add_new(&p->schedule, e);
	nexthop_new_mail(&r->nexthops, p);
}

void placement_add(struct runner *r, struct entry *e, int64_t due_ms)
{
	enum message_found state = e->nexthop != NULL ? MESSAGE_READY : find_path(r, e);
	/* One that cannot be read now, because its journal has no room, has its time all the same. */
	if (state == MESSAGE_READY || state == MESSAGE_LATER)
		schedule_add(&e->nexthop->schedule, e, e->held ? INT64_MAX : due_ms);
	else
		deal_with(e);
}

void placement_add_again(struct runner *r, struct entry *e)
{
	find_path(r, e);
	schedule_add(&e->nexthop->schedule, e, clock_mono_ms());
}

/* After a change of the configuration: every entry is put where it belongs now.  What was wrong may
   be repaired: nothing keeps waiting for a server, a login or a setting; what waits for its
   recipient's server keeps its time. */
void placement_all(struct runner *r)
{
	uint32_t count = 0;
	struct entry **all = mem_alloc((entry_count(r) + 1) * sizeof *all);
	for (int i = 0; i < r->nexthops.count; i++) {
		struct schedule *s = &r->nexthops.list[i]->schedule;
		for (uint32_t k = 0; k < s->count; k++)
			all[count++] = s->heap[k];
		s->count = 0;
	}
	int64_t now = clock_mono_ms();
	for (uint32_t i = 0; i < count; i++) {
		bool repaired =
		    (all[i]->by_route || all[i]->by_config) && !all[i]->held && all[i]->due_ms > now;
		int64_t due_ms = repaired ? now : all[i]->due_ms;
		tried_free(&all[i]->tried);
		if (find_path(r, all[i]))
			schedule_add_moved(&all[i]->nexthop->schedule, all[i], due_ms);
		else
			deal_with(all[i]);
	}
	free(all);
}
