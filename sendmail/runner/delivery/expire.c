/* What grows old: expiry, warnings, the alarm. */
#include "base/clock.h"
#include "base/log.h"
#include "diagnosis/report.h"
#include "base/text.h"
#include "runner/attempt/message.h"
#include "runner/delivery/agenda.h"
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
#define LOOK_EVERY_MS (AGENDA_REACH_S * 1000LL)
#define LOOK_MS_EACH 36     /* 100,000 messages: an hour from one look at all of them to the next */
#define WARN_LOADS_MAX 1000 /* messages looked at in one sweep */

struct expire {
	int64_t swept_ms;      /* monotonic */
	int64_t alarmed_ms;    /* when the oldest message was last complained about; 0 = never */
	int64_t alarm_look_ms; /* before that no message is old enough for it */
	int alarm_min;         /* when that was found out */
	struct agenda too_old, late;
	int64_t looked_ms; /* when those were made; 0 = never, or no longer right */
	uint32_t looked_count;
	int expire_h, warn_h; /* then */
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

void expire_look_again(struct runner *r)
{
	state_of(r)->looked_ms = 0;
}

void expire_end(struct runner *r)
{
	if (r->expire == NULL)
		return;
	agenda_free(&r->expire->too_old);
	agenda_free(&r->expire->late);
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

static bool is_free(const struct entry *e)
{
	return !e->held && e->nexthop != NULL && !e->in_work;
}

static int64_t age_of_s(const struct runner *r, const struct entry *e)
{
	return ages_of(&r->ages, (int64_t)(e->id >> 32));
}

/* A mailbox full of mail that was there before this runner is found in the first minutes. */
static bool must_look(const struct runner *r, const struct expire *x, int64_t now)
{
	return x->looked_ms == 0 || now - x->looked_ms >= LOOK_EVERY_MS ||
	       x->expire_h != r->config.expire_after_h || x->warn_h != r->config.warn_after_h ||
	       entry_count(r) > 2 * x->looked_count + 1000;
}

/* At all messages, for what grows too old in the next hour.  What comes in that time is younger. */
static void look_at_all(struct runner *r, struct expire *x, int64_t now)
{
	const struct entry *e;
	uint32_t at = 0;
	agenda_free(&x->too_old);
	agenda_free(&x->late);
	x->looked_ms = now;
	x->looked_count = entry_count(r);
	x->expire_h = r->config.expire_after_h;
	x->warn_h = r->config.warn_after_h;
	while ((e = idmap_next(&r->entries, &at)) != NULL) {
		if (e->held)
			continue;
		int64_t age_s = age_of_s(r, e);
		agenda_add(&x->too_old, e->id, (int64_t)x->expire_h * 3600 - age_s, now);
		if (x->warn_h > 0 && !e->warned)
			agenda_add(&x->late, e->id, (int64_t)x->warn_h * 3600 - age_s, now);
	}
	agenda_sort(&x->too_old);
	agenda_sort(&x->late);
}

/* What is still there afterwards stays on the agenda: it is with a relay, or was not counted to
 * that age because the clock was set, or has recipients on another way, whose turn is the next. */
static void expire_due(struct runner *r, struct expire *x, int64_t now)
{
	struct agenda *a = &x->too_old;
	uint32_t due = agenda_due(a, now), kept = 0;
	for (uint32_t i = 0; i < due; i++) {
		struct entry *e = entry_find(&r->entries, a->items[i].id);
		if (e != NULL && is_free(e) && age_of_s(r, e) > (int64_t)x->expire_h * 3600)
			expire(r, e);
		if (entry_find(&r->entries, a->items[i].id) != NULL)
			a->items[kept++] = a->items[i];
	}
	agenda_keep(a, due, kept);
}

/* What the alarm says. */
struct alarm {
	uint32_t count; /* of those that wait longer than that */
	int64_t oldest_s;
	uint64_t why_of; /* the oldest that has a reason */
	struct diagnosis why;
};

static void look_for_alarm(struct runner *r, struct alarm *a)
{
	struct entry *e;
	struct diagnosis why = {0};
	uint32_t at = 0;
	while ((e = idmap_next(&r->entries, &at)) != NULL) {
		int64_t age_s = is_free(e) ? age_of_s(r, e) : 0;
		a->oldest_s = age_s > a->oldest_s ? age_s : a->oldest_s;
		if (age_s <= (int64_t)r->config.alarm_after_min * 60)
			continue;
		a->count++;
		if ((a->why.verdict == VERDICT_NONE || e->id < a->why_of) && r->config_good &&
		    nexthop_why(&r->nexthops, e->nexthop, &why)) {
			a->why = why;
			a->why_of = e->id;
		}
	}
}

/* When the oldest is old enough; the more there are, the later that may be seen. */
static void put_alarm_off(const struct runner *r, struct expire *x, const struct alarm *a,
    int64_t now)
{
	int64_t left_ms = ((int64_t)r->config.alarm_after_min * 60 - a->oldest_s) * 1000;
	int64_t least_ms = (int64_t)entry_count(r) * LOOK_MS_EACH;
	left_ms = left_ms < least_ms ? least_ms : left_ms;
	x->alarm_look_ms = now + (left_ms < ALARM_EVERY_MS ? left_ms : ALARM_EVERY_MS);
	x->alarm_min = r->config.alarm_after_min;
}

/* If alerts cannot be mailed, complain in the log. */
static void sound_alarm(struct runner *r, struct expire *x, int64_t now)
{
	struct alarm a = {0};
	TEXT(span, 40);
	TEXT(words, 1200);
	if (r->config.alarm_after_min == 0 ||
	    (x->alarmed_ms != 0 && now - x->alarmed_ms < ALARM_EVERY_MS) ||
	    (now < x->alarm_look_ms && x->alarm_min == r->config.alarm_after_min))
		return;
	look_for_alarm(r, &a);
	if (a.count == 0) {
		put_alarm_off(r, x, &a, now);
		return;
	}
	if (!r->config_good)
		a.why = r->config_health.why;
	x->alarmed_ms = now;
	clock_put_span(&span, a.oldest_s);
	if (a.why.verdict != VERDICT_NONE)
		report_reason(&words, &a.why);
	log_line(LOG_CRIT, "%u message%s for more than %d min, the oldest for %s; %s%s", a.count,
	    a.count == 1 ? " waits" : "s wait", r->config.alarm_after_min, span.data,
	    words.length ? words.data : "each has its own reason", "; see: mailq why ID");
}

/* A late message, taken out of its schedule while it is looked at. */
struct late {
	struct message *m;
	struct nexthop *nexthop;
	int64_t due_ms;
};

/* It could not be opened now, and has a new place; that is no reason to try it before the time that
   was named. */
static void keep_time(struct runner *r, uint64_t id, const struct late *l)
{
	struct entry *e = entry_find(&r->entries, id);
	if (e != NULL && is_free(e) && e->nexthop == l->nexthop && e->due_ms < l->due_ms)
		schedule_move(&e->nexthop->schedule, e, l->due_ms);
}

static bool take_late(struct runner *r, struct entry *e, struct late *l)
{
	uint64_t id = e->id;
	*l = (struct late){.nexthop = e->nexthop, .due_ms = e->due_ms};
	schedule_take(&l->nexthop->schedule, e);
	l->m = disposition_begin(r, e);
	if (l->m == NULL) {
		keep_time(r, id, l);
		return false;
	}
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

/* The senders of late mail hear of it once.  Who has had as many reports in an hour as they get is
   asked about again after the next look at all. */
static void warn(struct runner *r, struct expire *x, int64_t now)
{
	static struct entry *late[WARN_LOADS_MAX];
	struct agenda *a = &x->late;
	uint32_t due = agenda_due(a, now), count = 0, kept = 0, i = 0;
	if (r->config.warn_after_h <= 0)
		return;
	for (; i < due && count < WARN_LOADS_MAX; i++) {
		struct entry *e = entry_find(&r->entries, a->items[i].id);
		if (e == NULL || e->warned)
			continue;
		if (is_free(e) && age_of_s(r, e) > (int64_t)x->warn_h * 3600)
			late[count++] = e;
		else
			a->items[kept++] = a->items[i];
	}
	agenda_keep(a, i, kept);
	for (uint32_t at = 0; at < count;)
		at += warn_some(r, late + at, count - at);
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

static void sweep(struct runner *r, bool anew)
{
	struct expire *x = state_of(r);
	int64_t now = x->swept_ms = clock_mono_ms();
	if (anew || must_look(r, x, now))
		look_at_all(r, x, now);
	expire_due(r, x, now);
	warn(r, x, now);
	send_owed(r);
	sound_alarm(r, x, now);
	if (entry_count(r) > 0)
		ages_save(&r->ages, r->queue.mqueue_fd);
	nexthop_tidy(&r->nexthops);
	quota_publish(r);
	notes_flush_all(&r->notes, &r->queue);
	if (r->lifetime != LIFETIME_ONCE)
		disk_reserve_keep(&r->queue);
}

void expire_sweep_now(struct runner *r)
{
	sweep(r, true);
}

void expire_sweep(struct runner *r)
{
	if (clock_mono_ms() - state_of(r)->swept_ms >= SWEEP_EVERY_MS)
		sweep(r, false);
}
