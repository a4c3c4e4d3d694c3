/* When which report goes, and about how many messages. */
#include "base/clock.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/log.h"
#include "base/text.h"
#include "message/submission_log.h"
#include "runner/attempt/message.h"
#include "runner/attempt/placement.h"
#include "runner/notify/bounce.h"
#include "runner/notify/notify.h"
#include "runner/notify/report_notes.h"
#include "runner/notify/reported.h"
#include "runner/queue/entry.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/queue/watcher.h"
#include "spool/disk_reserve.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOUR_MS 3600000
#define SENT_MAX 1000 /* as [bounce] per_hour allows at most */

struct notify {
	struct {
		int64_t at_ms;
		char *to;
	} sent[SENT_MAX]; /* of the last hour, a ring */
	int first, count;
	struct {
		struct entry *entry;
		char *to; /* NULL: not looked at yet */
	} * owed;     /* r->owed of them */
};

static void add_sent(struct notify *s, const char *to, int64_t at_ms)
{
	if (s->count == SENT_MAX)
		return;
	int at = (s->first + s->count++) % SENT_MAX;
	s->sent[at].at_ms = at_ms;
	s->sent[at].to = mem_copy(to);
}

static void note_sent(const struct queue *queue, const char *to, const char *id, int64_t at_s,
    int flags)
{
	struct buffer line = {0};
	fields_put_number(&line, "at", at_s);
	if (*id != '\0')
		fields_put(&line, "id", id);
	if (*to != '\0')
		fields_put(&line, "to", to);
	buffer_puts(&line, "\n");
	int fd = openat(queue->mqueue_fd, NOTIFY_FILE,
	    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | flags, 0640);
	if (fd < 0 || !fdio_write(fd, line.data, line.length) || (*id != '\0' && !fdio_sync(fd)))
		log_line(LOG_WARNING,
		    "mqueue/%s cannot be written: %s: another runner would not know of this report",
		    NOTIFY_FILE, strerror(errno));
	if (fd >= 0)
		close(fd);
	buffer_free(&line);
}

/* What earlier runners sent in the last hour; a time of the future (the clock was set back) counts
 * as now.  The file begins anew with it. */
static void load_sent(const struct runner *r, struct notify *s)
{
	struct buffer text = {0};
	char *line, to[400];
	size_t read = 0;
	int64_t now_s = clock_wall_s(), now_ms = clock_mono_ms();
	int flags = O_TRUNC;
	if (!fdio_slurp_at(r->queue.mqueue_fd, NOTIFY_FILE, &text, NOTIFY_FILE_LIMIT_BYTES))
		buffer_free(&text);
	while ((line = fdio_next_line(&text, &read)) != NULL) {
		int64_t at_s = fields_get_number(line, "at", 0);
		int64_t age_ms = at_s < now_s ? (now_s - at_s) * 1000 : 0;
		if (fields_get(line, "to", to, sizeof to) && age_ms < HOUR_MS) {
			add_sent(s, to, now_ms - age_ms);
			note_sent(&r->queue, to, "", at_s, flags);
			flags = O_APPEND;
		}
	}
	buffer_free(&text);
	if (flags == O_TRUNC)
		unlinkat(r->queue.mqueue_fd, NOTIFY_FILE, 0);
}

static struct notify *state_of(struct runner *r)
{
	if (r->notify == NULL) {
		r->notify = mem_alloc(sizeof *r->notify);
		load_sent(r, r->notify);
	}
	return r->notify;
}

static void forget_old(struct notify *s, int64_t now)
{
	while (s->count > 0 && now - s->sent[s->first].at_ms >= HOUR_MS) {
		mem_free(&s->sent[s->first].to);
		s->first = (s->first + 1) % SENT_MAX;
		s->count--;
	}
}

void notify_announce(struct runner *r, const char *id, const char *to)
{
	state_of(r);
	note_sent(&r->queue, to, id, clock_wall_s(), O_APPEND);
}

/* The budget of the hour, and the share of one address in it. */
static bool may_go(struct runner *r, const char *to)
{
	struct notify *s = state_of(r);
	int64_t now = clock_mono_ms(), last_ms = 0;
	int same = 0;
	forget_old(s, now);
	if (s->count >= r->config.bounces_per_hour)
		return false;
	for (int i = 0; i < s->count; i++) {
		int at = (s->first + i) % SENT_MAX;
		if (strcmp(s->sent[at].to, to) != 0)
			continue;
		same++;
		last_ms = s->sent[at].at_ms;
	}
	return same < NOTIFY_BURST ||
	       now - last_ms >= (int64_t)r->config.bounce_merge_interval_min * 60000;
}

static bool is_owed_to(struct runner *r, const char *to)
{
	struct notify *s = state_of(r);
	for (uint32_t i = 0; i < r->owed; i++) {
		if (s->owed[i].to != NULL && strcmp(s->owed[i].to, to) == 0)
			return true;
	}
	return false;
}

/* Writes and queues a report; false (logged) when that is not possible. */
static bool send_report(struct runner *r, struct message **list, int count, enum report_kind kind)
{
	struct buffer file = {0}, notes = {0};
	struct diagnosis d = {0};
	char id[ID_SIZE];
	const char *to = bounce_address(&r->config, list[0]);
	report_notes_put_all(list, count, kind, &notes);
	bounce_write(r, list, count, kind, &notes, &file);
	id_make(id, clock_wall_s());
	notify_announce(r, id, to);
	bool done = disk_reserve_create(&r->queue, file.data, file.length, id, &d);
	long long bytes = (long long)file.length;
	buffer_free(&file);
	buffer_free(&notes);
	if (!done) {
		log_line(LOG_CRIT, "%s: the report to <%s> cannot be written: %s", list[0]->id, to, d.text);
		return false;
	}
	for (int i = 0; i < count; i++)
		bounce_log(list[i]->id, kind == REPORT_DELAY ? "warning" : "bounce", id, to,
		    count > 1 ? "with others" : "");
	submission_log_queued(id, "", bytes, 1);
	r->counters.reports++;
	r->counters.changed = true;
	add_sent(state_of(r), to, clock_mono_ms());
	placement_add_new(r, entry_new(&r->entries, id_pack(id)));
	return true;
}

/* The sender knows nothing of the archive, so the postmaster hears of it: within the budget, or by
 * the log alone. */
static void report_archive(struct runner *r, struct message *m)
{
	int failed = 0;
	m->for_archive = true;
	for (int i = 0; i < m->rcpt_count; i++)
		failed += m->states[i] == RCPT_FAILED && message_wants_report(m, i, "FAILURE");
	const char *to = bounce_address(&r->config, m);
	if (failed > 0 && (*to == '\0' || !may_go(r, to) || !send_report(r, &m, 1, REPORT_FAILURE)))
		log_line(LOG_ERR,
		    "%s: the copy by always_bcc was not delivered, and no report of that is sent", m->id);
	m->for_archive = false;
}

static enum notified notify_sender(struct runner *r, struct message *m)
{
	const char *to = bounce_address(&r->config, m);
	int wanted = 0;
	for (int i = 0; i < m->rcpt_count; i++) {
		if (m->states[i] != RCPT_FAILED || m->asked[i].archive)
			continue;
		wanted += message_wants_report(m, i, "FAILURE");
		if (!message_wants_report(m, i, "FAILURE"))
			log_line(LOG_NOTICE,
			    "%s: <%s> failed, and no report is sent: the sender wanted none (NOTIFY=%s)", m->id,
			    m->rcpts[i], m->asked[i].notify);
	}
	if (wanted == 0)
		return NOTIFIED_SENT;
	if (*to == '\0')
		return NOTIFIED_NOBODY;
	if (is_owed_to(r, to) || !may_go(r, to))
		return NOTIFIED_LATER;
	return send_report(r, &m, 1, REPORT_FAILURE) ? NOTIFIED_SENT : NOTIFIED_NOT;
}

enum notified notify_failed(struct runner *r, struct message *m)
{
	enum notified notified = notify_sender(r, m);
	/* What has to wait is failed, and reported, once more. */
	if (notified == NOTIFIED_SENT || notified == NOTIFIED_NOBODY)
		report_archive(r, m);
	return notified;
}

void notify_keep(struct runner *r, struct entry *e)
{
	struct notify *s = state_of(r);
	s->owed = mem_grow(s->owed, r->owed, sizeof *s->owed);
	watcher_done(e);
	e->nexthop = NULL;
	e->in_work = false;
	s->owed[r->owed].entry = e;
	s->owed[r->owed++].to = NULL;
}

static void drop_owed(struct runner *r, uint32_t i)
{
	struct notify *s = r->notify;
	free(s->owed[i].to);
	r->owed--;
	memmove(&s->owed[i], &s->owed[i + 1], (r->owed - i) * sizeof *s->owed);
}

/* One whose report cannot be made is dealt with as any message is: it is no more on the list. */
static void give_back(struct runner *r, struct entry *e)
{
	e->nexthop = nexthop_find(&r->nexthops, NEXTHOP_KEY_HERE);
	placement_add(r, e, clock_mono_ms());
}

static struct message *read_owed(struct runner *r, struct entry *e)
{
	struct message *m;
	TEXT(why, 400);
	message_read(r, e, MESSAGE_FAILED, &m, &why);
	return m;
}

/* Fills in whom the report of an entry goes to; false when there is none any more (it is off the
 * list). */
static bool look_at(struct runner *r, uint32_t i)
{
	struct notify *s = r->notify;
	if (s->owed[i].to != NULL)
		return true;
	struct entry *e = s->owed[i].entry;
	struct message *m = read_owed(r, e);
	if (m == NULL) {
		drop_owed(r, i);
		give_back(r, e);
		return false;
	}
	s->owed[i].to = mem_copy(bounce_address(&r->config, m));
	message_free(m);
	return true;
}

/* All that is owed to one address, oldest first, in one report; the number of messages in it, 0
 * when it cannot be written: they stay on the list. */
static int send_merged(struct runner *r, const char *to, struct message **list)
{
	struct notify *s = r->notify;
	int count = 0;
	for (uint32_t i = 0; i < r->owed && count < NOTIFY_MERGED_MAX;) {
		if (s->owed[i].to == NULL || strcmp(s->owed[i].to, to) != 0) {
			i++;
			continue;
		}
		struct entry *e = s->owed[i].entry;
		drop_owed(r, i);
		list[count] = read_owed(r, e);
		if (list[count] != NULL)
			count++;
		else
			give_back(r, e);
	}
	if (count == 0)
		return 0;
	if (send_report(r, list, count, REPORT_FAILURE)) {
		for (int i = 0; i < count; i++)
			report_archive(r, list[i]);
		return count;
	}
	for (int i = 0; i < count; i++) {
		notify_keep(r, list[i]->entry);
		message_free(list[i]);
	}
	return 0;
}

int notify_send_due(struct runner *r, struct message *done[NOTIFY_MERGED_MAX])
{
	struct notify *s = r->notify;
	int count = 0;
	if (s == NULL || !r->config_good)
		return 0;
	for (uint32_t i = 0; i < r->owed;)
		i += look_at(r, i);
	for (uint32_t i = 0; i < r->owed && count == 0;) {
		if (!may_go(r, s->owed[i].to)) {
			i++;
			continue;
		}
		char *to = mem_copy(s->owed[i].to);
		uint32_t before = r->owed;
		count = send_merged(r, to, done);
		free(to);
		/* What could not be written is at the end again. */
		if (r->owed >= before)
			break;
		i = 0;
	}
	return count;
}

static void warn_sender(struct runner *r, struct message **late, int count, int at,
    enum warned *warned)
{
	struct message *list[NOTIFY_MERGED_MAX];
	int n = 0;
	const char *to = late[at]->sender;
	for (int i = at; i < count; i++) {
		if (warned[i] == WARNED_NOT && strcmp(late[i]->sender, to) == 0)
			list[n++] = late[i];
	}
	bool sent = may_go(r, to) && send_report(r, list, n, REPORT_DELAY);
	for (int i = at; i < count; i++) {
		if (warned[i] == WARNED_NOT && strcmp(late[i]->sender, to) == 0)
			warned[i] = sent ? WARNED_NOW : WARNED_LATER;
	}
}

static bool wants_no_warning(const struct message *m)
{
	int wanted = 0;
	for (int i = 0; i < m->rcpt_count; i++)
		wanted += message_wants_report(m, i, "DELAY");
	return m->sender[0] == '\0' || wanted == 0;
}

void notify_delayed(struct runner *r, struct message **late, int count, enum warned *warned)
{
	for (int i = 0; i < count; i++)
		warned[i] = wants_no_warning(late[i]) ? WARNED_NOBODY : WARNED_NOT;
	for (int i = 0; i < count; i++) {
		if (warned[i] == WARNED_NOT)
			warn_sender(r, late, count, i, warned);
	}
}

void notify_free(struct runner *r)
{
	struct notify *s = r->notify;
	if (s == NULL)
		return;
	while (s->count > 0)
		forget_old(s, INT64_MAX);
	for (uint32_t i = 0; i < r->owed; i++)
		free(s->owed[i].to);
	free(s->owed);
	free(s);
	r->notify = NULL;
}
