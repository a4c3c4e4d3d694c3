/* One message at the end of its attempt. */
#include "diagnosis/catalogue.h"
#include "diagnosis/deed.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/log.h"
#include "diagnosis/remedy.h"
#include "diagnosis/report.h"
#include "base/text.h"
#include "runner/attempt/attempt_log.h"
#include "runner/attempt/message.h"
#include "runner/attempt/placement.h"
#include "runner/attempt/unresolved.h"
#include "runner/disposition/disposition.h"
#include "runner/disposition/rcpt_outcome.h"
#include "runner/notify/bounce.h"
#include "runner/notify/notify.h"
#include "runner/notify/notify_success.h"
#include "runner/queue/entry.h"
#include "runner/queue/notes.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/queue/tried.h"
#include "runner/queue/watcher.h"
#include "spool/compact.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STAYS_EVERY_MS 3600000
#define LATER_MS 60000

/* The last reason that was logged as one that needs an operator, and when. */
struct disposition {
	enum reason_key key;
	int64_t said_ms;
};

void disposition_forget(struct runner *r)
{
	mem_free(&r->disposition);
}

static bool append(struct notes *notes, const struct queue *queue, struct message *m,
    const struct buffer *lines, bool sync)
{
	return notes_append(notes, queue, m->id, lines, sync);
}

void disposition_note_warned(struct runner *r, struct message *m)
{
	struct buffer line = {0};
	m->entry->warned = true;
	journal_put_word(&line, clock_wall_s(), "warned");
	append(&r->notes, &r->queue, m, &line, true);
	buffer_free(&line);
}

/* Writes the report of success that is due for the recipients of m. */
static void end_relayed(struct runner *r, struct message *m)
{
	struct buffer line = {0};
	notify_success(r, m);
	journal_put_word(&line, clock_wall_s(), "reported");
	append(&r->notes, &r->queue, m, &line, true);
	buffer_free(&line);
	message_free(m);
}

static void set_aside(struct runner *r, struct entry *e, const char *why)
{
	char id[ID_SIZE];
	id_unpack(e->id, id);
	log_line(LOG_ERR, "%s is set aside as %s.dead: %s", id, id, why);
	queue_set_aside(&r->queue, id);
	r->counters.set_aside++;
	r->counters.changed = true;
	entry_forget(&r->notes, &r->entries, e);
}

/* A report that has nowhere to go: the mail is kept where an operator finds it. */
static void end_lost(struct runner *r, struct message *m)
{
	append(&r->notes, &r->queue, m, &m->lines, true);
	set_aside(r, m->entry, "it could not be delivered, and there is nobody to return it to");
	message_free(m);
}

static void end_message(struct runner *r, struct message *m)
{
	struct buffer done = {0};
	journal_put_word(&done, clock_wall_s(), "done");
	if (m->has_journal)
		append(&r->notes, &r->queue, m, &done, false);
	if (!queue_remove(&r->queue, m->id)) {
		/* The next runner would deliver it again. */
		log_line(LOG_CRIT, "%s is done but cannot be removed from the queue: %s", m->id,
		    strerror(errno));
		append(&r->notes, &r->queue, m, &done, true);
	}
	buffer_free(&done);
	r->removals++;
	entry_forget(&r->notes, &r->entries, m->entry);
	message_free(m);
}

/* Recipients that are to be asked about elsewhere at once: at the next address, or on the next path
 * when left says that there is none. */
static bool goes_on(struct runner *r, struct message *m, int left)
{
	struct entry *e = m->entry;
	bool next = rcpt_outcome_count(m, RCPT_NEXT) > 0, other = false;
	if (rcpt_outcome_count(m, RCPT_OPEN) > 0)
		return true;
	if (next && left > 0 && m->last.peer_address[0] != '\0' &&
	    tried_add_server(&e->tried, m->last.peer_address, m->last.port))
		return true;
	for (int i = 0; i < m->rcpt_count; i++)
		other = other || (m->states[i] == RCPT_NEXT && message_has_other_path(r, m, i));
	tried_add_nexthop(&e->tried, m->nexthop);
	return other || m->elsewhere > 0;
}

/* Logs a reason that only an operator can fix at once, and then once an hour: not after days, when
 * the mail expires. */
static void say_what_stays(struct runner *r, const struct message *m)
{
	const struct reason *row = catalogue_row(m->last.key);
	int64_t now = clock_mono_ms();
	TEXT(remedy, REMEDY_SIZE);
	if (row == NULL || !row->needs_admin)
		return;
	if (r->disposition == NULL)
		r->disposition = mem_alloc(sizeof *r->disposition);
	struct disposition *s = r->disposition;
	if (s->key == m->last.key && now - s->said_ms < STAYS_EVERY_MS)
		return;
	s->key = m->last.key;
	s->said_ms = now;
	remedy_put(&remedy, &m->last, m->rcpt_count == 1 ? m->rcpts[0] : NULL);
	log_line(LOG_ERR, "%s waits, and needs attention: %s (key=%s). %s What to do: %s", m->id,
	    m->last.text, row->key, row->meaning, remedy.data);
}

/* Some recipients are open: the next server at once, or the next attempt later.  sync: something
 * was delivered, perhaps. */
static void put_back(struct runner *r, struct message *m, int left, bool sync)
{
	struct entry *e = m->entry;
	bool moved = tried_any_nexthop(e->tried);
	if (goes_on(r, m, left)) {
		append(&r->notes, &r->queue, m, &m->lines, sync);
		message_free(m);
		placement_add_again(r, e);
		return;
	}
	int wait_s = rcpt_outcome_wait_s(r, m, &m->last);
	say_what_stays(r, m);
	e->interrupted = false;
	e->attempts++;
	tried_free(&e->tried);
	size_t before = m->lines.length;
	journal_put_wait(&m->lines, clock_wall_s(), wait_s);
	watcher_lines(e,
	    &(struct buffer){.data = m->lines.data + before, .length = m->lines.length - before});
	if (append(&r->notes, &r->queue, m, &m->lines, sync))
		compact_journal(&r->queue, m->id);
	e->waits_for_nexthop = m->last.fault == FAULT_ROUTE || m->last.fault == FAULT_CREDENTIAL;
	e->waits_for_config = m->last.fault == FAULT_CONFIG;
	message_free(m);
	/* The next attempt begins with its first path. */
	e->nexthop = moved ? NULL : e->nexthop;
	placement_add(r, e, clock_mono_ms() + (int64_t)wait_s * 1000);
}

bool disposition_reroute(struct runner *r, struct message *m, const struct diagnosis *why,
    struct buffer *steps)
{
	bool other = m->elsewhere > 0;
	for (int i = 0; i < m->rcpt_count; i++)
		other = other || message_has_other_path(r, m, i);
	if (m->rcpt_count == 0 || (!other && !tried_any_nexthop(m->entry->tried)))
		return false;
	attempt_log_show(r, m, steps);
	unresolved_note(m);
	m->last = *why;
	for (int i = 0; i < m->rcpt_count; i++) {
		if (message_has_other_path(r, m, i))
			m->states[i] = RCPT_NEXT;
		else
			rcpt_outcome_note(r, m, i, RCPT_DEFERRED, why);
	}
	attempt_log_begin(r, m, steps);
	put_back(r, m, 0, false);
	return true;
}

void disposition_end_reported(struct runner *r, struct message *m)
{
	m->has_journal = true;
	end_message(r, m);
}

/* Treat them as deferred: the next attempt fails them again and reports them. */
static void fail_next_time(struct message *m)
{
	m->failed_lines.length = 0;
	for (int i = 0; i < m->rcpt_count; i++)
		m->states[i] = m->states[i] == RCPT_FAILED ? RCPT_DEFERRED : m->states[i];
}

/* Everything is settled but the report, which waits for others; the journal keeps what it will
   say. */
static bool keep_for_report(struct runner *r, struct message *m)
{
	struct buffer lines = {0};
	buffer_add(&lines, m->lines.data, m->lines.length);
	buffer_add(&lines, m->failed_lines.data, m->failed_lines.length);
	journal_put_word(&lines, clock_wall_s(), "owed");
	bool done = journal_append(&r->queue, m->id, &lines, true);
	buffer_free(&lines);
	if (!done)
		return false;
	log_line(LOG_INFO, "%s: the report to <%s> waits to be sent together with others", m->id,
	    bounce_address(&r->config, m));
	watcher_done(m->entry);
	notify_keep(r, m->entry);
	message_free(m);
	return true;
}

void disposition_end(struct runner *r, struct message *m, struct buffer *steps, int left)
{
	int sent = rcpt_outcome_count(m, RCPT_SENT), failed = rcpt_outcome_count(m, RCPT_FAILED);
	notify_success(r, m);
	bool open = sent + failed < m->rcpt_count || m->elsewhere + m->waiting + m->held > 0;
	if (failed == 0 && !open) {
		end_message(r, m);
		return;
	}
	attempt_log_begin(r, m, steps);
	/* The report is on disk before the journal says "failed": after a kill between the two the next
	 * runner finds the notes in the report (recover.h). */
	enum notified notified = failed > 0 ? notify_failed(r, m) : NOTIFIED_SENT;
	if (notified == NOTIFIED_LATER && !open && keep_for_report(r, m))
		return;
	if (notified == NOTIFIED_LATER || notified == NOTIFIED_NOT) {
		fail_next_time(m);
		open = true;
	}
	buffer_add(&m->lines, m->failed_lines.data, m->failed_lines.length);
	if (open) {
		put_back(r, m, left, true);
		return;
	}
	if (notified == NOTIFIED_NOBODY) {
		end_lost(r, m);
		return;
	}
	if (m->has_journal)
		append(&r->notes, &r->queue, m, &m->lines, true);
	end_message(r, m);
}

void disposition_return(struct runner *r, struct message *m)
{
	struct entry *e = m->entry;
	message_free(m);
	bool first = e->asked > 0 || (e->attempts == 0 && !schedule_is_asked(e));
	placement_add(r, e, first ? e->due_ms : clock_mono_ms());
}

void disposition_give_up(struct runner *r, struct message *m, const struct diagnosis *d)
{
	struct buffer no_steps = {0};
	m->untried = true;
	message_take_unresolved(r, m);
	for (int i = 0; i < m->rcpt_count; i++)
		rcpt_outcome_note(r, m, i, RCPT_DEFERRED, d);
	disposition_end(r, m, &no_steps, 0);
}

/* No sendmail of ours accepts such a message: it is returned before any work is done for it, and
 * the report names the first of its recipients. */
static void refuse_recipients(struct runner *r, struct message *m)
{
	struct diagnosis d = {0};
	diag_set(&d, VERDICT_FAILED, STAGE_SPOOL, REASON_RECIPIENTS_LIMIT,
	    "the message has %zu recipients, and may have %d ([queue] max_recipients); it was sent to "
	    "none of them; the first %d are named here",
	    m->envelope.recipient_count, r->config.max_recipients, MESSAGE_REFUSED_NAMED);
	d.fault = FAULT_MESSAGE;
	disposition_give_up(r, m, &d);
}

/* An attempt that is over by its journal is over. */
static struct message *begin(struct message *m)
{
	struct entry *e = m->entry;
	if (m->anew) {
		e->attempts = (uint16_t)(m->attempt - 1);
		tried_free(&e->tried);
		m->anew = false;
	}
	return m;
}

/* One that was only looked at, because it is old, keeps its own time: what has no room for a line
   in its journal is not tried each minute for that. */
static void wait_to_be_read(struct runner *r, struct entry *e, const char *why)
{
	char id[ID_SIZE];
	int64_t soon_ms = clock_mono_ms() + LATER_MS;
	bool later = e->due_ms > soon_ms;
	id_unpack(e->id, id);
	log_line(LOG_ERR, "%s cannot be opened (%s); next try %s", id, why,
	    later ? "at its own time" : "in 1 min");
	placement_add(r, e, later ? e->due_ms : soon_ms);
}

static void forget_removed(struct runner *r, struct entry *e)
{
	char id[ID_SIZE];
	id_unpack(e->id, id);
	log_line(LOG_NOTICE, "%s was removed by someone else", id);
	queue_remove_log(&r->queue, id);
	entry_forget(&r->notes, &r->entries, e);
}

struct message *disposition_begin(struct runner *r, struct entry *e)
{
	struct message *m;
	TEXT(why, 400);
	notes_flush(&r->notes, &r->queue, e->id);
	switch (message_read(r, e, MESSAGE_OPEN, &m, &why)) {
	case MESSAGE_READY: return begin(m);
	case MESSAGE_GONE: forget_removed(r, e); return NULL;
	case MESSAGE_DAMAGED: set_aside(r, e, why.data); return NULL;
	case MESSAGE_LATER: wait_to_be_read(r, e, why.data); return NULL;
	case MESSAGE_OWED: notify_keep(r, e); return NULL;
	case MESSAGE_REFUSED: refuse_recipients(r, m); return NULL;
	case MESSAGE_RELAYED: end_relayed(r, m); return disposition_begin(r, e);
	}
	return NULL;
}
