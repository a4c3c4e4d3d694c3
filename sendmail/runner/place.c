/* On which path an entry waits. */
#include "base/clock.h"
#include "base/text.h"
#include "runner/message.h"
#include "runner/path.h"
#include <stdlib.h>

/* All mail goes one way unless rules or direct delivery are configured; then its recipients decide.
   False: it cannot be worked on; it is on the path without servers, where that is dealt with. */
static bool find_path(struct runner *r, struct entry *e)
{
	char key[RULES_PATH_SIZE];
	struct message *m;
	TEXT(why, 400);
	if (!r->config_good || rules_are_simple(&r->config)) {
		rules_default_path(&r->config, key, sizeof key);
		e->path = path_find(r, key);
		return true;
	}
	bool ready = message_read(r, e, MESSAGE_OPEN, &m, &why) == MESSAGE_READY;
	e->path = path_find(r, ready ? m->path : PATH_NONE);
	if (m != NULL)
		message_free(m);
	return ready;
}

static void deal_with(struct entry *e)
{
	schedule_add(&e->path->schedule, e, e->held ? INT64_MAX : clock_mono_ms());
}

void runner_queue_new(struct runner *r, struct entry *e)
{
	if (find_path(r, e))
		schedule_add_new(&e->path->schedule, e);
	else
		deal_with(e);
}

void runner_queue(struct runner *r, struct entry *e, int64_t due_ms)
{
	if (e->path != NULL || find_path(r, e))
		schedule_add(&e->path->schedule, e, e->held ? INT64_MAX : due_ms);
	else
		deal_with(e);
}

void runner_queue_again(struct runner *r, struct entry *e)
{
	find_path(r, e);
	schedule_add(&e->path->schedule, e, clock_mono_ms());
}

/* After a change of the configuration: every entry is put where it belongs now.  What was wrong may
   be repaired: nothing keeps waiting for a server, a login or a setting; what waits for its
   recipient's server keeps its time. */
void runner_place_all(struct runner *r)
{
	uint32_t count = 0;
	struct entry **all = mem_alloc((runner_waiting(r) + 1) * sizeof *all);
	for (int i = 0; i < r->path_count; i++) {
		struct schedule *s = &r->paths[i]->schedule;
		for (uint32_t k = 0; k < s->count; k++)
			all[count++] = s->heap[k];
		s->count = 0;
	}
	int64_t now = clock_mono_ms();
	for (uint32_t i = 0; i < count; i++) {
		bool repaired =
		    (all[i]->by_route || all[i]->by_config) && !all[i]->held && all[i]->due_ms > now;
		int64_t due_ms = repaired ? now : all[i]->due_ms;
		mem_free(&all[i]->avoid);
		mem_free(&all[i]->done);
		if (find_path(r, all[i]))
			schedule_add_moved(&all[i]->path->schedule, all[i], due_ms);
		else
			deal_with(all[i]);
	}
	free(all);
}
