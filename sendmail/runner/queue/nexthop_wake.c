/* Waking. */
#include "base/clock.h"
#include "base/text.h"
#include "runner/queue/nexthop_wake.h"
#include "spool/woken.h"
#include <stdlib.h>

/* Moving entries forward while walking the heap would visit some of them twice or never. */
void nexthop_wake(struct nexthop *p)
{
	struct schedule *s = &p->schedule;
	int64_t now = clock_mono_ms();
	struct entry **waiting = mem_alloc((s->count + 1) * sizeof *waiting);
	uint32_t count = 0;
	for (uint32_t i = 0; i < s->count; i++) {
		if (s->heap[i]->waits_for_nexthop && !s->heap[i]->held && s->heap[i]->due_ms > now)
			waiting[count++] = s->heap[i];
	}
	for (uint32_t i = 0; i < count; i++) {
		waiting[i]->waits_for_nexthop = false;
		schedule_move(s, waiting[i], now);
	}
	free(waiting);
	if (count > 0) {
		p->woken_s = clock_wall_s();
		p->woken_all = false;
	}
}

void nexthop_was_woken(struct nexthop *p)
{
	p->woken_s = clock_wall_s();
	p->woken_all = true;
}

void nexthop_write_woken(const struct nexthops *n, const struct queue *queue)
{
	struct buffer lines = {0};
	for (int i = 0, count = 0; i < n->count && count < WOKEN_MAX; i++) {
		const struct nexthop *p = n->list[i];
		struct woken w = {.at_s = p->woken_s, .all = p->woken_all};
		if (p->woken_s == 0 || p->schedule.count == 0)
			continue;
		text_copy(w.path, sizeof w.path, p->key);
		woken_put(&lines, &w);
		count++;
	}
	woken_write(queue, &lines);
	buffer_free(&lines);
}
