/* On which path an entry waits. */
#include "base/clock.h"
#include "base/text.h"
#include "runner/attempt/gather.h"
#include "runner/attempt/message.h"
#include "runner/attempt/placement.h"
#include "runner/queue/entry.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/queue/tried.h"
#include <stdlib.h>

/* All mail goes one way unless rules, direct delivery, filters or the storm guard are configured;
   then the message decides. */
static bool is_simple(const struct runner *r, const struct entry *e)
{
	return !r->config_good || (rules_are_simple(&r->config) && r->config.filter_count == 0 &&
	                              r->config.storm_messages == 0 && e->gather != ENTRY_GATHERED);
}

/* Not MESSAGE_READY: it cannot be worked on; it is on the path without servers, where that is dealt
   with.  *due_ms: when it is to be tried, which changes when it is gathered. */
static enum message_found find_path(struct runner *r, struct entry *e, int64_t *due_ms)
{
	char key[RULES_PATH_SIZE];
	struct message *m;
	TEXT(why, 400);
	if (is_simple(r, e)) {
		rules_default_path(&r->config, key, sizeof key);
		e->nexthop = nexthop_find(&r->nexthops, key);
		return MESSAGE_READY;
	}
	enum message_found state = message_read(r, e, MESSAGE_OPEN, &m, &why);
	bool ready = m != NULL && state == MESSAGE_READY;
	if (!ready || !gather_begin(r, m, key, due_ms))
		text_copy(key, sizeof key, ready ? m->nexthop : NEXTHOP_KEY_HERE);
	e->nexthop = nexthop_find(&r->nexthops, key);
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
	int64_t due_ms = 0;
	if (find_path(r, e, &due_ms) != MESSAGE_READY) {
		deal_with(e);
		return;
	}
	struct nexthop *p = e->nexthop;
	if (e->gather == ENTRY_GATHERED) {
		schedule_add(&p->schedule, e, due_ms);
		return;
	}
	schedule_add_new(&p->schedule, e);
	nexthop_new_mail(&r->nexthops, p);
}

void placement_add(struct runner *r, struct entry *e, int64_t due_ms)
{
	enum message_found state = e->nexthop != NULL ? MESSAGE_READY : find_path(r, e, &due_ms);
	/* One that cannot be read now, because its journal has no room, has its time all the same. */
	if (state == MESSAGE_READY || state == MESSAGE_LATER)
		schedule_add(&e->nexthop->schedule, e, e->held ? INT64_MAX : due_ms);
	else
		deal_with(e);
}

void placement_add_again(struct runner *r, struct entry *e)
{
	int64_t due_ms = clock_mono_ms();
	find_path(r, e, &due_ms);
	schedule_add(&e->nexthop->schedule, e, due_ms);
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
		bool repaired = (all[i]->waits_for_nexthop || all[i]->waits_for_config) && !all[i]->held &&
		                all[i]->due_ms > now;
		int64_t due_ms = repaired ? now : all[i]->due_ms;
		tried_free(&all[i]->tried);
		if (find_path(r, all[i], &due_ms) == MESSAGE_READY)
			schedule_add_moved(&all[i]->nexthop->schedule, all[i], due_ms);
		else
			deal_with(all[i]);
	}
	free(all);
}
