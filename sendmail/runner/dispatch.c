/* Who gets what, and when: the route as a whole, the workers, the pass. */
#include "base/catalogue.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/log.h"
#include "base/report.h"
#include "runner/worker.h"
#include <stdlib.h>
#include <string.h>

#define NEW_MAIL_PROBE_MS 60000 /* new mail may ask a dead smarthost again, but not more often */

void runner_route_down(struct runner *r, const struct diagnosis *d)
{
	const struct reason *row = catalogue_row(d->key);
	int64_t now_s = clock_wall_s();
	r->down_count++;
	int wait_s = schedule_wait_s(&r->config, r->down_count, row != NULL ? row->wait_s : 0, compat_random());
	if (!r->down || r->health.since_s == 0)
		r->health.since_s = now_s;
	r->down = true;
	r->probe_ms = clock_mono_ms() + (int64_t)wait_s * 1000;
	r->health.next_s = now_s + wait_s;
	r->health.why = *d;
	health_write(&r->queue, &r->health);
	TEXT(words, 1200);
	report_reason(&words, d);
	log_line(LOG_WARNING, "no smarthost takes mail, all of it waits; next try in %d s: %s", wait_s, words.data);
}

/* The first success wakes everyone who waited because of the route. */
void runner_route_up(struct runner *r)
{
	if (!r->down && r->down_count == 0)
		return;
	int64_t now = clock_mono_ms();
	r->down = false;
	r->down_count = 0;
	r->health = (struct health){0};
	health_write(&r->queue, NULL);
	log_line(LOG_INFO, "a smarthost takes mail again");
	/* Moving entries forward while walking the heap would visit some of them twice or never. */
	struct entry **waiting = mem_alloc((r->schedule.count + 1) * sizeof *waiting);
	uint32_t count = 0;
	for (uint32_t i = 0; i < r->schedule.count; i++) {
		if (r->schedule.heap[i]->by_route && r->schedule.heap[i]->due_ms > now)
			waiting[count++] = r->schedule.heap[i];
	}
	for (uint32_t i = 0; i < count; i++) {
		waiting[i]->by_route = false;
		schedule_move(&r->schedule, waiting[i], now);
	}
	free(waiting);
}

static const char *avoid_of(const struct entry *e)
{
	return e->avoid != NULL ? e->avoid : "";
}

/* One message finds out whether the smarthost answers; the others follow when it does. */
static int window_of(const struct worker *w)
{
	return w->ready ? WORKER_WINDOW : 1;
}

/* A worker of the same kind with room, the least busy one. */
static struct worker *find_worker(struct runner *r, const char *avoid, bool *starting, int *busy)
{
	struct worker *best = NULL;
	*starting = false;
	*busy = 0;
	for (int i = 0; i < r->worker_count; i++) {
		struct worker *w = r->workers[i];
		if (w->closing || w->ended || strcmp(w->avoid, avoid) != 0)
			continue;
		*starting = *starting || !w->ready;
		(*busy)++;
		if (w->count < window_of(w) && w->fd_count < WORKER_WINDOW && (best == NULL || w->count < best->count))
			best = w;
	}
	return best;
}

static void close_idle_of_other_kind(struct runner *r, const char *avoid)
{
	for (int i = 0; i < r->worker_count; i++) {
		if (r->workers[i]->count == 0 && strcmp(r->workers[i]->avoid, avoid) != 0)
			worker_close(r->workers[i]);
	}
}

/* A second session pays only when there is more than one batch for it. */
static bool wants_another(const struct runner *r, int busy, bool starting)
{
	if (busy == 0)
		return true;
	return !starting && !r->down && (long long)r->schedule.count > (long long)busy * r->config.batch_messages;
}

static struct worker *worker_for(struct runner *r, const struct entry *e)
{
	bool starting;
	int busy;
	const char *avoid = avoid_of(e);
	struct worker *w = find_worker(r, avoid, &starting, &busy);
	if (w != NULL && !(w->count > 0 && wants_another(r, busy, starting) && r->worker_count < r->config.max_sessions))
		return w;
	if (w == NULL && starting)
		return NULL;
	if (r->worker_count >= r->config.max_sessions || r->worker_count >= WORKERS_MAX) {
		close_idle_of_other_kind(r, avoid);
		return w;
	}
	if (!wants_another(r, busy, starting))
		return w;
	struct worker *fresh = worker_start(r, avoid);
	if (fresh == NULL)
		return w;
	r->workers[r->worker_count++] = fresh;
	return fresh;
}

/* While no smarthost answers, only a probe is due: at its time, or for new mail when the last one is a minute old. */
static bool may_try(struct runner *r, const struct entry *e, int64_t now)
{
	if (!r->config_good || r->leaving)
		return false;
	if (!r->down)
		return true;
	if (r->worker_count > 0)
		return false;
	bool new_mail = e->attempts == 0 && e->due_ms < 0 && now - r->probed_ms >= NEW_MAIL_PROBE_MS;
	return now >= r->probe_ms || new_mail;
}

/* A message that is on its way already has no recipient left: a crash came before its removal. */
static bool give(struct runner *r, struct worker *w, struct entry *e)
{
	schedule_take(&r->schedule, e);
	struct message *m = message_load(r, e);
	if (m == NULL)
		return false;
	if (m->rcpt_count == 0) {
		struct buffer none = {0};
		message_conclude(r, m, &none, 0);
		return false;
	}
	worker_give(w, m);
	return true;
}

void runner_dispatch(struct runner *r)
{
	int64_t now = clock_mono_ms();
	struct entry *e;
	while ((e = schedule_first(&r->schedule)) != NULL && may_try(r, e, now)) {
		if (e->due_ms > now && !r->down)
			break;
		struct worker *w = worker_for(r, e);
		if (w == NULL)
			break;
		r->probed_ms = now;
		if (give(r, w, e) && r->down)
			break;
	}
	for (int i = 0; i < r->worker_count; i++)
		worker_flush(r->workers[i]);
}

void runner_start_pass(struct runner *r)
{
	/* Every key is new, so the heap is filled again in the order of age. */
	struct schedule old = r->schedule;
	r->schedule = (struct schedule){.next_new = old.next_new};
	for (uint32_t i = 0; i < old.count; i++) {
		schedule_add_new(&r->schedule, old.heap[i]);
	}
	free(old.heap);
	r->down = false;
	r->pass = true;
}

bool runner_pass_over(const struct runner *r)
{
	for (int i = 0; i < r->worker_count; i++) {
		if (r->workers[i]->count > 0)
			return false;
	}
	const struct entry *e = schedule_first(&r->schedule);
	return r->down || !r->config_good || e == NULL || e->due_ms > clock_mono_ms();
}

/* Mail that nobody tries because the route is down grows old too. */
static void expire(struct runner *r, struct entry *e)
{
	struct diagnosis d;
	schedule_take(&r->schedule, e);
	struct message *m = message_load(r, e);
	if (m == NULL)
		return;
	d = m->last.verdict != VERDICT_NONE ? m->last : r->health.why;
	TEXT(words, 600);
	text_printf(&words, "not delivered within %d h; the last reason: %s", r->config.expire_after_h,
	            d.text[0] ? d.text : "it was never tried");
	diag_set(&d, VERDICT_FAILED, d.stage, "expired", "%s", words.data);
	text_copy(d.status, sizeof d.status, "4.4.7");
	message_give_up(r, m, &d);
}

/* Tells the sender once that his mail is late. */
static void warn(struct runner *r, struct entry *e)
{
	e->warned = true;
	schedule_take(&r->schedule, e);
	int64_t due_ms = e->due_ms;
	struct message *m = message_load(r, e);
	if (m == NULL)
		return;
	if (m->last.verdict == VERDICT_NONE)
		m->last = r->health.why;
	message_warn(r, m);
	schedule_add(&r->schedule, e, due_ms);
}

/* Entries older than age_s; first, because working on them changes the heap. */
static uint32_t collect_old(struct runner *r, int64_t age_s, bool only_unwarned, struct entry **old)
{
	int64_t wall_s = clock_wall_s();
	uint32_t count = 0;
	for (uint32_t i = 0; i < r->schedule.count; i++) {
		struct entry *e = r->schedule.heap[i];
		if (wall_s - (int64_t)(e->id >> 32) > age_s && !(only_unwarned && e->warned))
			old[count++] = e;
	}
	return count;
}

void runner_sweep(struct runner *r)
{
	int64_t now = clock_mono_ms();
	if (now - r->swept_ms < 60000)
		return;
	r->swept_ms = now;
	struct entry **old = mem_alloc((r->schedule.count + 1) * sizeof *old);
	uint32_t count = collect_old(r, (int64_t)r->config.expire_after_h * 3600, false, old);
	for (uint32_t i = 0; i < count; i++)
		expire(r, old[i]);
	count = r->config.warn_after_h > 0 ? collect_old(r, (int64_t)r->config.warn_after_h * 3600, true, old) : 0;
	for (uint32_t i = 0; i < count; i++)
		warn(r, old[i]);
	free(old);
}
