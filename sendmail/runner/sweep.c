/* What grows old: expiry, warnings, the alarm. */
#include "base/clock.h"
#include "base/log.h"
#include "diagnosis/report.h"
#include "base/text.h"
#include "runner/conclude.h"
#include "runner/path.h"
#include "runner/quota.h"
#include "runner/returns.h"
#include "spool/reserve.h"
#include <stdlib.h>

#define ALARM_EVERY_MS 3600000
#define WARN_LOADS_MAX 1000 /* messages looked at in one sweep */

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

static int by_age(const void *left, const void *right)
{
	const struct entry *const *a = left, *const *b = right;
	return ((*a)->id > (*b)->id) - ((*a)->id < (*b)->id);
}

/* Entries that wait and are older than age_s, the oldest first. */
static uint32_t collect_old(const struct runner *r, int64_t age_s, bool only_unwarned,
    struct entry **old)
{
	struct entry *e;
	uint32_t count = 0, at = 0;
	while ((e = idmap_next(&r->entries, &at)) != NULL) {
		if (!e->held && e->path != NULL && !e->in_work && !(only_unwarned && e->warned) &&
		    ages_of(&r->ages, (int64_t)(e->id >> 32)) > age_s)
			old[count++] = e;
	}
	if (count > 1)
		qsort(old, count, sizeof *old, by_age);
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
	    words.length ? words.data : "each has its own reason", "; see: mailq why ID");
}

void runner_start_clock(struct runner *r)
{
	int64_t wall_s = clock_wall_s();
	TEXT(span, 40);
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

/* A late message, taken out of its schedule while it is looked at. */
struct late {
	struct message *m;
	struct path *path;
	int64_t due_ms;
};

static bool take_late(struct runner *r, struct entry *e, struct late *l)
{
	*l = (struct late){.path = e->path, .due_ms = e->due_ms};
	schedule_take(&l->path->schedule, e);
	l->m = message_load(r, e);
	if (l->m == NULL)
		return false;
	message_take_held(r, l->m);
	if (l->m->last.verdict == VERDICT_NONE && !path_why(r, l->path, &l->m->last))
		l->m->last = r->config_health.why;
	return true;
}

/* Some at a time, because each has its file open. */
static uint32_t warn_some(struct runner *r, struct entry **entries, uint32_t total)
{
	struct late late[RETURNS_MERGED_MAX];
	struct message *list[RETURNS_MERGED_MAX];
	enum warned warned[RETURNS_MERGED_MAX];
	uint32_t at = 0;
	int count = 0;
	for (; at < total && count < RETURNS_MERGED_MAX; at++) {
		if (take_late(r, entries[at], &late[count])) {
			list[count] = late[count].m;
			count++;
		}
	}
	returns_warn(r, list, count, warned);
	for (int i = 0; i < count; i++) {
		struct entry *e = list[i]->entry;
		if (warned[i] == WARNED_NOW)
			message_note_warned(r, list[i]);
		e->warned = e->warned || warned[i] == WARNED_NOBODY;
		message_free(list[i]);
		schedule_add(&late[i].path->schedule, e, late[i].due_ms);
	}
	return at;
}

/* Tells the senders of late mail once. */
static void warn(struct runner *r, struct entry **old)
{
	if (r->config.warn_after_h <= 0)
		return;
	uint32_t count = collect_old(r, (int64_t)r->config.warn_after_h * 3600, true, old);
	for (uint32_t at = 0; at < count && at < WARN_LOADS_MAX;)
		at += warn_some(r, old + at, count - at);
}

/* Sends the reports that are due; the messages that they are about are done. */
static void send_owed(struct runner *r)
{
	struct message *done[RETURNS_MERGED_MAX];
	int count;
	while ((count = returns_send_due(r, done)) > 0) {
		for (int i = 0; i < count; i++)
			message_end_reported(r, done[i]);
	}
}

void runner_sweep(struct runner *r, bool at_once)
{
	int64_t now = clock_mono_ms();
	if (!at_once && now - r->swept_ms < 60000)
		return;
	r->swept_ms = now;
	struct entry **old = mem_alloc((runner_waiting(r) + 1) * sizeof *old);
	uint32_t count = collect_old(r, (int64_t)r->config.expire_after_h * 3600, false, old);
	for (uint32_t i = 0; i < count; i++)
		expire(r, old[i]);
	warn(r, old);
	send_owed(r);
	sound_alarm(r, old);
	free(old);
	if (runner_waiting(r) > 0)
		ages_save(&r->ages, r->queue.mqueue_fd);
	path_tidy(r);
	quota_publish(r);
	notes_flush_all(&r->notes, &r->queue);
	if (r->lifetime != LIFETIME_ONCE)
		reserve_keep(&r->queue);
}
