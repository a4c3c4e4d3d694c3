/* A binary heap of entries, and the waits. */
#include "runner/schedule.h"
#include "base/mem.h"
#include <stdlib.h>

#define NEW_START (INT64_MIN / 2)

static void place(struct schedule *s, uint32_t at, struct entry *e)
{
	s->heap[at] = e;
	e->at = at;
}

static void sift_up(struct schedule *s, struct entry *e)
{
	uint32_t at = e->at;
	while (at > 0 && s->heap[(at - 1) / 2]->due_ms > e->due_ms) {
		place(s, at, s->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	place(s, at, e);
}

static void sift_down(struct schedule *s, struct entry *e)
{
	uint32_t at = e->at;
	for (;;) {
		uint32_t child = 2 * at + 1;
		if (child >= s->count)
			break;
		if (child + 1 < s->count && s->heap[child + 1]->due_ms < s->heap[child]->due_ms)
			child++;
		if (s->heap[child]->due_ms >= e->due_ms)
			break;
		place(s, at, s->heap[child]);
		at = child;
	}
	place(s, at, e);
}

void schedule_add(struct schedule *s, struct entry *e, int64_t due_ms)
{
	if (s->count == s->size) {
		s->size = s->size ? 2 * s->size : 64;
		s->heap = mem_resize(s->heap, s->size, sizeof *s->heap);
	}
	e->due_ms = due_ms;
	e->in_work = false;
	place(s, s->count++, e);
	sift_up(s, e);
}

void schedule_add_new(struct schedule *s, struct entry *e)
{
	schedule_add(s, e, NEW_START + s->next_new++);
}

struct entry *schedule_first(const struct schedule *s)
{
	return s->count > 0 ? s->heap[0] : NULL;
}

void schedule_take(struct schedule *s, struct entry *e)
{
	struct entry *last = s->heap[--s->count];
	if (last != e) {
		place(s, e->at, last);
		sift_up(s, last);
		sift_down(s, last);
	}
	e->in_work = true;
}

void schedule_move(struct schedule *s, struct entry *e, int64_t due_ms)
{
	e->due_ms = due_ms;
	sift_up(s, e);
	sift_down(s, e);
}

void schedule_free(struct schedule *s)
{
	for (uint32_t i = 0; i < s->count; i++) {
		free(s->heap[i]->avoid);
		free(s->heap[i]->done);
		free(s->heap[i]);
	}
	free(s->heap);
	*s = (struct schedule){0};
}

int schedule_wait_s(const struct config *c, int attempts, int reason_wait_s, uint32_t random)
{
	int step = attempts > 0 ? attempts - 1 : 0;
	if (step >= c->wait_count)
		step = c->wait_count - 1;
	int64_t wait_s = step >= 0 ? (int64_t)c->waits_min[step] * 60 : 3600;
	if (reason_wait_s > wait_s)
		wait_s = reason_wait_s;
	int64_t spread = wait_s / 5;
	wait_s += (spread > 0 ? (int64_t)(random % (uint32_t)(spread + 1)) : 0) - spread / 2;
	return (int)wait_s;
}

int64_t schedule_left_ms(int wait_s, int64_t waited_s, bool away, uint32_t random)
{
	int64_t left = waited_s < 0 ? wait_s : wait_s - waited_s;
	if (left > 0)
		return left * 1000;
	return away && wait_s > 0 ? (int64_t)(random % (uint32_t)wait_s) * 1000 : 0;
}
