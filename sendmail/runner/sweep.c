/* What grows old: expiry, warnings, the alarm. */
#include "base/clock.h"
#include "base/log.h"
#include "diagnosis/report.h"
#include "base/text.h"
#include "runner/message.h"
#include "runner/path.h"
#include "runner/quota.h"
#include "runner/returns.h"
#include "spool/reserve.h"
#include <stdlib.h>

#define TIDY_EVERY_MS 3600000
#define ALARM_EVERY_MS 3600000
#define COMPLAINTS_MAX 20
#define COMPLAINTS_EVERY_MS 3600000

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
	m->last = d;
	TEXT(words, 600);
	text_printf(&words, "not delivered within %d h; the last reason: %s", r->config.expire_after_h,
	    d.text[0] ? d.text : "it was never tried");
	diag_set(&d, VERDICT_FAILED, d.stage, "expired", "%s", words.data);
	text_copy(d.status, sizeof d.status, "4.4.7");
	message_give_up(r, m, &d);
}

/* Entries older than age_s; first, because working on them changes the heap. */
static uint32_t collect_old(struct runner *r, int64_t age_s, bool only_unwarned, struct entry **old)
{
	uint32_t count = 0;
	for (int k = 0; k < r->path_count; k++) {
		const struct schedule *s = &r->paths[k]->schedule;
		for (uint32_t i = 0; i < s->count; i++) {
			struct entry *e = s->heap[i];
			if (!e->held && ages_of(&r->ages, (int64_t)(e->id >> 32)) > age_s &&
			    !(only_unwarned && e->warned))
				old[count++] = e;
		}
	}
	return count;
}

/* The alarm that alarms do not leave: when mail cannot tell, the log does. */
static void sound_alarm(struct runner *r, struct entry **old)
{
	struct diagnosis why = {0};
	int64_t now = clock_mono_ms(), oldest_s = 0;
	TEXT(span, 40);
	TEXT(words, 1200);
	if (r->config.alarm_after_min == 0 ||
	    (r->alarmed_ms != 0 && now - r->alarmed_ms < ALARM_EVERY_MS))
		return;
	uint32_t count = collect_old(r, (int64_t)r->config.alarm_after_min * 60, false, old);
	if (count == 0)
		return;
	for (uint32_t i = 0; i < count; i++) {
		int64_t age = ages_of(&r->ages, (int64_t)(old[i]->id >> 32));
		oldest_s = age > oldest_s ? age : oldest_s;
		if (why.verdict == VERDICT_NONE && r->config_good)
			path_why(r, old[i]->path, &why);
	}
	if (!r->config_good)
		why = r->config_health.why;
	r->alarmed_ms = now;
	clock_put_span(&span, oldest_s);
	if (why.verdict != VERDICT_NONE)
		report_reason(&words, &why);
	log_line(LOG_CRIT, "%u message%s for more than %d min, the oldest for %s; %s%s", count,
	    count == 1 ? " waits" : "s wait", r->config.alarm_after_min, span.data,
	    words.length ? words.data : "each has its own reason", "; mailq why ID tells more");
}

void runner_start_clock(struct runner *r)
{
	int64_t wall_s = clock_wall_s();
	TEXT(span, 40);
	r->tidy_ms = clock_mono_ms() + TIDY_EVERY_MS;
	ages_load(&r->ages, r->queue.mqueue_fd);
	int64_t moved_s = ages_start(&r->ages, wall_s, clock_mono_ms());
	clock_put_span(&span, moved_s < 0 ? -moved_s : moved_s);
	r->long_away = moved_s > AGES_GAP_MAX_S || moved_s < -AGES_JUMP_S;
	if (moved_s < -AGES_JUMP_S)
		log_line(LOG_WARNING,
		    "the clock was set back by %s since the queue was last served: mail keeps the age and "
		    "the waits that it had",
		    span.data);
	else if (moved_s > AGES_GAP_MAX_S)
		log_line(LOG_NOTICE,
		    "the queue was last served %s ago by the clock (set forward, or this machine was off): "
		    "only 2 h of that count for the age of mail",
		    span.data);
	if (wall_s < CLOCK_PLAUSIBLE_FROM_S)
		log_line(LOG_WARNING, "the clock is wrong: it says a time before this program was made; "
		                      "set it (ntpd, chronyd), or certificates look not yet valid");
	ages_save(&r->ages, r->queue.mqueue_fd);
}

void runner_watch_clock(struct runner *r)
{
	int64_t jump_s = ages_tick(&r->ages, clock_wall_s(), clock_mono_ms());
	TEXT(span, 40);
	if (jump_s == 0)
		return;
	clock_put_span(&span, jump_s < 0 ? -jump_s : jump_s);
	log_line(LOG_WARNING,
	    "the clock was set %s by %s%s: waits and ages of mail go on as before, nothing is retried "
	    "or returned for it",
	    jump_s < 0 ? "back" : "forward", span.data, jump_s > 0 ? " (or this machine slept)" : "");
	ages_save(&r->ages, r->queue.mqueue_fd);
}

void runner_sweep(struct runner *r, bool at_once)
{
	int64_t now = clock_mono_ms();
	if (now >= r->tidy_ms) {
		r->tidy_ms = now + TIDY_EVERY_MS;
		runner_tidy(r);
	}
	if (!at_once && now - r->swept_ms < 60000)
		return;
	r->swept_ms = now;
	struct entry **old = mem_alloc((runner_waiting(r) + 1) * sizeof *old);
	uint32_t count = collect_old(r, (int64_t)r->config.expire_after_h * 3600, false, old);
	for (uint32_t i = 0; i < count; i++)
		expire(r, old[i]);
	count = r->config.warn_after_h > 0
	            ? collect_old(r, (int64_t)r->config.warn_after_h * 3600, true, old)
	            : 0;
	returns_warn(r, old, count);
	returns_sweep(r);
	sound_alarm(r, old);
	free(old);
	if (runner_waiting(r) > 0)
		ages_save(&r->ages, r->queue.mqueue_fd);
	path_tidy(r);
	quota_publish(r);
	message_write_unwritten(r);
	if (r->lifetime != LIFETIME_ONCE)
		reserve_keep(&r->queue);
}

void runner_complain(struct runner *r, const char *words)
{
	int64_t now = clock_mono_ms();
	if (r->complaints == 0 || now - r->complained_ms > COMPLAINTS_EVERY_MS) {
		r->complained_ms = now;
		r->complaints = 0;
	}
	r->complaints++;
	if (r->complaints < COMPLAINTS_MAX)
		log_line(LOG_ERR, "%s", words);
	else if (r->complaints == COMPLAINTS_MAX)
		log_line(LOG_ERR, "%s; more of this kind are not told for an hour", words);
}
