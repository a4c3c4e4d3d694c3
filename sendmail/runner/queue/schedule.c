/* A binary heap of entries, and the waits.  Ready entries have keys of start-time fair queueing:
   each user's next message is one turn after the last one, but never before the turn that is served
   now. */
#include "base/mem.h"
#include "runner/queue/schedule.h"
#include <stdlib.h>

#define READY_START (INT64_MIN / 2)
#define ASKED_START INT64_MIN
#define ASKED_ATTEMPTS 2 /* the relay that has it first may just be ending */
#define LOOK_EVERY_MS 1000

/* The last turn of a user: of their new mail, and of what is tried again. */
struct flow {
	uint32_t uid;
	int64_t last[2];
};

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
	s->added = true;
	place(s, s->count++, e);
	sift_up(s, e);
}

/* A user who has nothing ready any more is forgotten when another one needs the place. */
static struct flow *find_flow(struct schedule *s, uint32_t uid)
{
	struct flow *spare = NULL;
	for (uint32_t i = 0; i < s->flow_count; i++) {
		struct flow *f = &s->flows[i];
		if (f->uid == uid)
			return f;
		if (f->last[0] <= s->turn && f->last[1] <= s->turn)
			spare = f;
	}
	if (spare == NULL) {
		s->flows = mem_grow(s->flows, s->flow_count, sizeof *s->flows);
		spare = &s->flows[s->flow_count++];
	}
	*spare = (struct flow){.uid = uid};
	return spare;
}

static int64_t next_turn(struct schedule *s, const struct entry *e)
{
	int64_t *last = &find_flow(s, e->uid)->last[e->attempts > 0];
	*last = (*last > s->turn ? *last : s->turn) + 1;
	return READY_START + *last;
}

void schedule_add_new(struct schedule *s, struct entry *e)
{
	s->new_count++;
	schedule_add(s, e, next_turn(s, e));
}

void schedule_add_moved(struct schedule *s, struct entry *e, int64_t due_ms)
{
	if (due_ms < 0)
		schedule_add_new(s, e);
	else
		schedule_add(s, e, due_ms);
}

struct entry *schedule_first(const struct schedule *s)
{
	return s->count > 0 ? s->heap[0] : NULL;
}

void schedule_take(struct schedule *s, struct entry *e)
{
	/* One that is taken from behind, because it is too old, is nobody's turn. */
	if (e->at == 0 && e->due_ms < 0 && e->due_ms - READY_START > s->turn)
		s->turn = e->due_ms - READY_START;
	e->asked -= e->asked > 0;
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

void schedule_ask(struct schedule *s, struct entry *e)
{
	e->asked = ASKED_ATTEMPTS;
	schedule_move(s, e, ASKED_START + ++s->wishes);
}

bool schedule_is_asked(const struct entry *e)
{
	return e->due_ms < READY_START;
}

struct entry *schedule_prober(const struct schedule *s, int64_t now_ms)
{
	struct entry *best = NULL;
	if (s->count > 0 && s->heap[0]->due_ms <= now_ms)
		return s->heap[0];
	for (uint32_t i = 0; i < s->count; i++) {
		struct entry *e = s->heap[i];
		if (e->waits_for_nexthop && !e->held && (best == NULL || e->due_ms < best->due_ms))
			best = e;
	}
	return best;
}

void schedule_ready(struct schedule *s, int64_t now_ms)
{
	if (s->count == 0 || (s->heap[0]->due_ms < 0 && now_ms - s->looked_ms < LOOK_EVERY_MS))
		return;
	s->looked_ms = now_ms;
	if (s->heap[0]->due_ms > now_ms)
		return;
	/* Whatever changes its place on the way was looked at before. */
	for (uint32_t i = 0; i < s->count; i++) {
		struct entry *e = s->heap[i];
		if (e->due_ms >= 0 && e->due_ms <= now_ms)
			schedule_move(s, e, next_turn(s, e));
	}
}

void schedule_free(struct schedule *s)
{
	free(s->heap);
	free(s->flows);
	*s = (struct schedule){0};
}

int schedule_wait_s(const struct config *c, int attempts, int reason_wait_s, uint32_t random)
{
	int step = attempts > 0 ? attempts - 1 : 0;
	if (step >= c->wait_count)
		step = c->wait_count - 1;
	int64_t wait_s = step >= 0 ? (int64_t)c->retry_min[step] * 60 : 3600;
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
