/* What grows old: expiry, warnings, the alarm. */
#include "base/clock.h"
#include "base/log.h"
#include "diagnosis/report.h"
#include "base/text.h"
#include "runner/attempt/message.h"
#include "runner/delivery/expire.h"
#include "runner/disposition/disposition.h"
#include "runner/notify/notify.h"
#include "runner/queue/entry.h"
#include "runner/queue/idmap.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/notes.h"
#include "runner/queue/quota.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "spool/disk_reserve.h"
#include <stdlib.h>

#define SWEEP_EVERY_MS 60000
#define ALARM_EVERY_MS 3600000
#define WARN_LOADS_MAX 1000 /* messages looked at in one sweep */

struct expire {
	int64_t swept_ms;   /* monotonic */
	int64_t alarmed_ms; /* when the oldest message was last complained about; 0 = never */
};

static struct expire *state_of(struct runner *r)
{
	if (r->expire == NULL)
		r->expire = mem_alloc(sizeof *r->expire);
	return r->expire;
}

void expire_start(struct runner *r)
{
	state_of(r)->swept_ms = clock_mono_ms();
}

void expire_end(struct runner *r)
{
	mem_free(&r->expire);
}

/* Mail expires also while nobody tries it because its servers are down. */
static void expire(struct runner *r, struct entry *e)
{
	struct diagnosis d;
	struct nexthop *p = e->nexthop;
	schedule_take(&p->schedule, e);
	struct message *m = disposition_begin(r, e);
	if (m == NULL)
		return;
	d = m->last;
	if (d.verdict == VERDICT_NONE && !nexthop_why(&r->nexthops, p, &d))
		d = r->config_health.why;
	m->last = d;
	TEXT(words, 600);
	text_printf(&words, "not delivered within %d h; the last reason: %s", r->config.expire_after_h,
	    d.text[0] ? d.text : "it was never tried");
	diag_set(&d, VERDICT_FAILED, d.stage, REASON_EXPIRED, "%s", words.data);
	text_copy(d.status, sizeof d.status, "4.4.7");
	disposition_give_up(r, m, &d);
}

static int by_age(const void *left, const void *right)
{
	const struct entry *const *a = left, *const *b = right;
	return ((*a)->id > (*b)->id) - ((*a)->id < (*b)->id);
}

/* Entries that wait and are older than age_s, the oldest first. */
static uint32_t collect_old(const struct idmap *entries, const struct ages *ages, int64_t age_s,
    bool only_unwarned, struct entry **old)
{
	struct entry *e;
	uint32_t count = 0, at = 0;
	while ((e = idmap_next(entries, &at)) != NULL) {
		if (!e->held && e->nexthop != NULL && !e->in_work && !(only_unwarned && e->warned) &&
		    ages_of(ages, (int64_t)(e->id >> 32)) > age_s)
			old[count++] = e;
	}
	if (count > 1)
		qsort(old, count, sizeof *old, by_age);
	return count;
}

/* If alerts cannot be mailed, complain in the log. */
static void sound_alarm(struct runner *r, struct entry **old)
{
	struct diagnosis why = {0};
	int64_t now = clock_mono_ms(), oldest_s = 0;
	TEXT(span, 40);
	TEXT(words, 1200);
	if (r->config.alarm_after_min == 0 ||
	    (state_of(r)->alarmed_ms != 0 && now - state_of(r)->alarmed_ms < ALARM_EVERY_MS))
		return;
	uint32_t count =
	    collect_old(&r->entries, &r->ages, (int64_t)r->config.alarm_after_min * 60, false, old);
	if (count == 0)
		return;
	for (uint32_t i = 0; i < count; i++) {
		int64_t age = ages_of(&r->ages, (int64_t)(old[i]->id >> 32));
		oldest_s = age > oldest_s ? age : oldest_s;
		if (why.verdict == VERDICT_NONE && r->config_good)
			nexthop_why(&r->nexthops, old[i]->nexthop, &why);
	}
	if (!r->config_good)
		why = r->config_health.why;
	state_of(r)->alarmed_ms = now;
	clock_put_span(&span, oldest_s);
	if (why.verdict != VERDICT_NONE)
		report_reason(&words, &why);
	log_line(LOG_CRIT, "%u message%s for more than %d min, the oldest for %s; %s%s", count,
	    count == 1 ? " waits" : "s wait", r->config.alarm_after_min, span.data,
	    words.length ? words.data : "each has its own reason", "; see: mailq why ID");
}

/* A late message, taken out of its schedule while it is looked at. */
struct late {
	struct message *m;
	struct nexthop *nexthop;
	int64_t due_ms;
};

static bool take_late(struct runner *r, struct entry *e, struct late *l)
{
	*l = (struct late){.nexthop = e->nexthop, .due_ms = e->due_ms};
	schedule_take(&l->nexthop->schedule, e);
	l->m = disposition_begin(r, e);
	if (l->m == NULL)
		return false;
	message_take_unresolved(r, l->m);
	if (l->m->last.verdict == VERDICT_NONE && !nexthop_why(&r->nexthops, l->nexthop, &l->m->last))
		l->m->last = r->config_health.why;
	return true;
}

/* Some at a time, because each has its file open. */
static uint32_t warn_some(struct runner *r, struct entry **entries, uint32_t total)
{
	struct late late[NOTIFY_MERGED_MAX];
	struct message *list[NOTIFY_MERGED_MAX];
	enum warned warned[NOTIFY_MERGED_MAX];
	uint32_t at = 0;
	int count = 0;
	for (; at < total && count < NOTIFY_MERGED_MAX; at++) {
		if (take_late(r, entries[at], &late[count])) {
			list[count] = late[count].m;
			count++;
		}
	}
	notify_delayed(r, list, count, warned);
	for (int i = 0; i < count; i++) {
		struct entry *e = list[i]->entry;
		if (warned[i] == WARNED_NOW)
			disposition_note_warned(r, list[i]);
		e->warned = e->warned || warned[i] == WARNED_NOBODY;
		message_free(list[i]);
		schedule_add(&late[i].nexthop->schedule, e, late[i].due_ms);
	}
	return at;
}

/* Tells the senders of late mail once. */
static void warn(struct runner *r, struct entry **old)
{
	if (r->config.warn_after_h <= 0)
		return;
	uint32_t count =
	    collect_old(&r->entries, &r->ages, (int64_t)r->config.warn_after_h * 3600, true, old);
	for (uint32_t at = 0; at < count && at < WARN_LOADS_MAX;)
		at += warn_some(r, old + at, count - at);
}

/* Sends the reports that are due; the messages that they are about are done. */
static void send_owed(struct runner *r)
{
	struct message *done[NOTIFY_MERGED_MAX];
	int count;
	while ((count = notify_send_due(r, done)) > 0) {
		for (int i = 0; i < count; i++)
			disposition_end_reported(r, done[i]);
	}
}

void expire_sweep_now(struct runner *r)
{
	state_of(r)->swept_ms = clock_mono_ms();
	struct entry **old = mem_alloc((entry_count(r) + 1) * sizeof *old);
	uint32_t count =
	    collect_old(&r->entries, &r->ages, (int64_t)r->config.expire_after_h * 3600, false, old);
	for (uint32_t i = 0; i < count; i++)
		expire(r, old[i]);
	warn(r, old);
	send_owed(r);
	sound_alarm(r, old);
	free(old);
	if (entry_count(r) > 0)
		ages_save(&r->ages, r->queue.mqueue_fd);
	nexthop_tidy(&r->nexthops);
	quota_publish(r);
	notes_flush_all(&r->notes, &r->queue);
	if (r->lifetime != LIFETIME_ONCE)
		disk_reserve_keep(&r->queue);
}

void expire_sweep(struct runner *r)
{
	if (clock_mono_ms() - state_of(r)->swept_ms >= SWEEP_EVERY_MS)
		expire_sweep_now(r);
}
