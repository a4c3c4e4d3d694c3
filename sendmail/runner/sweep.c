/* What grows old: expiry, warnings, the alarm. */
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "runner/message.h"
#include "runner/path.h"
#include <stdlib.h>

/* Mail that nobody tries because the route is down grows old too. */
static void expire(struct runner *r, struct entry *e)
{
	struct diagnosis d;
	struct path *p = e->path;
	schedule_take(&p->schedule, e);
	struct message *m = message_load(r, e);
	if (m == NULL)
		return;
	d = m->last;
	if (d.verdict == VERDICT_NONE && !path_why(r, p, &d))
		d = r->config_health.why;
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
	struct path *p = e->path;
	e->warned = true;
	schedule_take(&p->schedule, e);
	int64_t due_ms = e->due_ms;
	struct message *m = message_load(r, e);
	if (m == NULL)
		return;
	if (m->last.verdict == VERDICT_NONE && !path_why(r, p, &m->last))
		m->last = r->config_health.why;
	message_warn(r, m);
	schedule_add(&p->schedule, e, due_ms);
}

/* Entries older than age_s; first, because working on them changes the heap. */
static uint32_t collect_old(struct runner *r, int64_t age_s, bool only_unwarned, struct entry **old)
{
	int64_t wall_s = clock_wall_s();
	uint32_t count = 0;
	for (int k = 0; k < r->path_count; k++) {
		const struct schedule *s = &r->paths[k]->schedule;
		for (uint32_t i = 0; i < s->count; i++) {
			struct entry *e = s->heap[i];
			if (wall_s - (int64_t)(e->id >> 32) > age_s && !(only_unwarned && e->warned))
				old[count++] = e;
		}
	}
	return count;
}

void runner_sweep(struct runner *r)
{
	int64_t now = clock_mono_ms();
	if (now - r->swept_ms < 60000)
		return;
	r->swept_ms = now;
	struct entry **old = mem_alloc((runner_waiting(r) + 1) * sizeof *old);
	uint32_t count = collect_old(r, (int64_t)r->config.expire_after_h * 3600, false, old);
	for (uint32_t i = 0; i < count; i++)
		expire(r, old[i]);
	count = r->config.warn_after_h > 0 ? collect_old(r, (int64_t)r->config.warn_after_h * 3600, true, old) : 0;
	for (uint32_t i = 0; i < count; i++)
		warn(r, old[i]);
	free(old);
	path_tidy(r);
}
