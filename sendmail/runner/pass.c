/* A pass over everything that waits. */
#include "base/clock.h"
#include "runner/detour.h"
#include "runner/worker.h"
#include <stdlib.h>

static int by_age(const void *left, const void *right)
{
	const struct entry *const *a = left, *const *b = right;
	return ((*a)->id > (*b)->id) - ((*a)->id < (*b)->id);
}

void runner_start_pass(struct runner *r)
{
	for (int k = 0; k < r->path_count; k++) {
		struct schedule *s = &r->paths[k]->schedule;
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
	}
	path_ask_all_again(r, false);
	r->pass = true;
	r->pass_swept = false;
}

static bool is_path_through(const struct runner *r, const struct path *p, int64_t now)
{
	const struct entry *e = schedule_first(&p->schedule);
	return e == NULL || e->held || (e->due_ms > now && !e->put_off) ||
	       (path_state(r, p, now) == PATH_DOWN && detour_next_ms(r, p, now) > now);
}

bool runner_pass_over(const struct runner *r)
{
	int64_t now = clock_mono_ms();
	for (int i = 0; i < r->worker_count; i++) {
		if (r->workers[i]->count > 0)
			return false;
	}
	for (int i = 0; i < r->path_count && r->config_good; i++) {
		if (!is_path_through(r, r->paths[i], now))
			return false;
	}
	return true;
}
