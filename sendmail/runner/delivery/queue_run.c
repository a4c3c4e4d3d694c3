/* A pass over everything that waits. */
#include "base/clock.h"
#include "runner/delivery/queue_run.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_wake.h"
#include "runner/queue/reroute.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/session/worker.h"
#include <stdlib.h>

static int by_age(const void *left, const void *right)
{
	const struct entry *const *a = left, *const *b = right;
	return ((*a)->id > (*b)->id) - ((*a)->id < (*b)->id);
}

void queue_run_start(struct runner *r)
{
	for (int k = 0; k < r->nexthops.count; k++) {
		struct schedule *s = &r->nexthops.list[k]->schedule;
		struct schedule old = *s;
		*s = (struct schedule){.new_count = old.new_count, .turn = old.turn};
		/* Every key is new: each user's mail in the order of age. */
		if (old.count > 1)
			qsort(old.heap, old.count, sizeof *old.heap, by_age);
		for (uint32_t i = 0; i < old.count; i++) {
			if (old.heap[i]->held)
				schedule_add(s, old.heap[i], INT64_MAX);
			else
				schedule_add_new(s, old.heap[i]);
		}
		free(old.heap);
		free(old.flows);
		nexthop_was_woken(r->nexthops.list[k]);
	}
	nexthop_ask_all_again(&r->nexthops);
	nexthop_write_woken(&r->nexthops, &r->queue);
	r->pass = true;
	r->pass_swept = false;
}

static bool is_path_through(const struct runner *r, const struct nexthop *p, int64_t now)
{
	const struct entry *e = schedule_first(&p->schedule);
	return e == NULL || e->held || p->paced_ms > now || (e->due_ms > now && !e->put_off) ||
	       (nexthop_state(&r->nexthops, p, now) == NEXTHOP_DOWN &&
	           reroute_next_ms(r, p, now) > now);
}

bool queue_run_over(const struct runner *r)
{
	int64_t now = clock_mono_ms();
	for (int i = 0; i < r->sessions->count; i++) {
		if (r->sessions->list[i]->count > 0)
			return false;
	}
	for (int i = 0; i < r->nexthops.count && r->config_good; i++) {
		if (!is_path_through(r, r->nexthops.list[i], now))
			return false;
	}
	return true;
}
