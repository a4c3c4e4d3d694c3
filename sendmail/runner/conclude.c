/* One message at the end of its attempt: what is noted, who is told, and whether it goes, waits or
 * is done. */
#include "diagnosis/catalogue.h"
#include "diagnosis/deed.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/log.h"
#include "diagnosis/remedy.h"
#include "diagnosis/report.h"
#include "base/text.h"
#include "runner/bounce.h"
#include "runner/conclude.h"
#include "runner/held.h"
#include "runner/history.h"
#include "runner/message.h"
#include "runner/returns.h"
#include "runner/success.h"
#include "runner/watch.h"
#include "spool/compact.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STAYS_EVERY_MS 3600000
#define LATER_MS 60000
#define AVOID_MAX 20 /* servers that one attempt asks about a message */

static int64_t age_s(const struct runner *r, const struct message *m)
{
	return ages_of(&r->ages, m->envelope.created_us / 1000000);
}

static void log_outcome(const struct runner *r, const struct message *m, int rcpt, int64_t next_s,
    const struct diagnosis *d)
{
	struct buffer line = {0};
	report_log_line(&line, m->id, m->sender, m->rcpts[rcpt], m->attempt, age_s(r, m), next_s, d);
	log_fields(d->verdict == VERDICT_SENT ? LOG_INFO : LOG_WARNING, "delivery", &line, "");
	buffer_free(&line);
}

static int count_state(const struct message *m, enum rcpt_state state)
{
	int count = 0;
	for (int i = 0; i < m->rcpt_count; i++)
		count += m->states[i] == state;
	return count;
}

static void tell_watcher(const struct message *m, int rcpt, bool next, const struct diagnosis *d)
{
	struct buffer line = {0};
	if (m->entry->watcher == NULL)
		return;
	journal_put_rcpt(&line, clock_wall_s(), m->rcpts[rcpt], next, d);
	watch_lines(m->entry, &line);
	buffer_free(&line);
}

/* Decided once per attempt, by the first reason that makes it wait. */
static int wait_of(const struct runner *r, struct message *m, const char *key)
{
	/* A server that takes few recipients at a time has taken some: the rest need not wait.  Each
	 * round has fewer of them. */
	if (m->wait_s == 0 && strcmp(key, "too-many-recipients") == 0 && count_state(m, RCPT_SENT) > 0)
		m->wait_s = 1;
	if (m->wait_s == 0)
		m->wait_s = schedule_wait_s(&r->config, m->attempt, deed_wait_s(key), compat_random());
	return m->wait_s;
}

void message_note(struct runner *r, struct message *m, int rcpt, bool next,
    const struct diagnosis *d)
{
	if (rcpt < 0 || rcpt >= m->rcpt_count || m->states[rcpt] == RCPT_SENT ||
	    m->states[rcpt] == RCPT_FAILED)
		return;
	m->noted += m->states[rcpt] == RCPT_OPEN;
	if (d->verdict == VERDICT_SENT) {
		m->states[rcpt] = RCPT_SENT;
		r->sent++;
	} else if (d->verdict == VERDICT_FAILED) {
		m->states[rcpt] = RCPT_FAILED;
		r->failed++;
		message_add_failure(m, d);
	} else {
		m->states[rcpt] = next ? RCPT_NEXT : RCPT_DEFERRED;
		r->deferred++;
		m->last = *d;
	}
	counters_outcome(&r->counters, d, age_s(r, m));
	log_outcome(r, m, rcpt, m->states[rcpt] == RCPT_DEFERRED ? wait_of(r, m, d->key) : 0, d);
	tell_watcher(m, rcpt, next, d);
	/* The usual message has one recipient and goes at once: nothing about it needs to be written
	 * down. */
	if (m->rcpt_count + m->elsewhere + m->waiting + m->held > 1 || m->has_journal ||
	    d->verdict != VERDICT_SENT)
		journal_put_rcpt(d->verdict == VERDICT_FAILED ? &m->failed_lines : &m->lines,
		    clock_wall_s(), m->rcpts[rcpt], next, d);
}

static bool append(struct runner *r, struct message *m, const struct buffer *lines, bool sync)
{
	return notes_append(&r->notes, &r->queue, m->id, lines, sync);
}

void message_note_warned(struct runner *r, struct message *m)
{
	struct buffer line = {0};
	m->entry->warned = true;
	journal_put_word(&line, clock_wall_s(), "warned");
	append(r, m, &line, true);
	buffer_free(&line);
}

/* Writes the report of success that is due for the recipients of m. */
static void end_relayed(struct runner *r, struct message *m)
{
	struct buffer line = {0};
	success_report(r, m);
	journal_put_word(&line, clock_wall_s(), "reported");
	append(r, m, &line, true);
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
	runner_forget(r, e);
}

/* A report that has nowhere to go: the mail is kept where an operator finds it. */
static void end_lost(struct runner *r, struct message *m)
{
	append(r, m, &m->lines, true);
	set_aside(r, m->entry, "it could not be delivered, and there is nobody to return it to");
	message_free(m);
}

static void end_message(struct runner *r, struct message *m)
{
	struct buffer done = {0};
	journal_put_word(&done, clock_wall_s(), "done");
	if (m->has_journal)
		append(r, m, &done, false);
	if (!queue_remove(&r->queue, m->id)) {
		/* The next life would deliver it again. */
		log_line(LOG_CRIT, "%s is done but cannot be removed from the queue: %s", m->id,
		    strerror(errno));
		append(r, m, &done, true);
	}
	buffer_free(&done);
	r->removals++;
	runner_forget(r, m->entry);
	message_free(m);
}

static void add_word(char **list, const char *before, const char *word, const char *behind)
{
	struct buffer longer = {0};
	buffer_printf(&longer, "%s%s%s%s", *list != NULL ? *list : "", before, word, behind);
	free(*list);
	*list = mem_copy(buffer_string(&longer));
	buffer_free(&longer);
}

static int count_words(const char *list)
{
	int count = 0;
	for (; list != NULL && *list != '\0'; list++)
		count += *list == ' ';
	return count;
}

/* Recipients that are to be asked about elsewhere at once: at the next address, or on the next path
 * when left says that there is none. */
static bool goes_on(struct runner *r, struct message *m, int left)
{
	struct entry *e = m->entry;
	bool next = count_state(m, RCPT_NEXT) > 0, other = false;
	if (count_state(m, RCPT_OPEN) > 0)
		return true;
	if (next && left > 0 && m->last.peer_address[0] != '\0' && count_words(e->avoid) < AVOID_MAX) {
		/* The port too: one machine may be a smarthost at 587 and another one at 465. */
		TEXT(server, 80);
		text_printf(&server, "%s/%u", m->last.peer_address, m->last.port);
		add_word(&e->avoid, " ", server.data, "");
		return true;
	}
	for (int i = 0; i < m->rcpt_count; i++)
		other = other || (m->states[i] == RCPT_NEXT && message_has_other_path(r, m, i));
	mem_free(&e->avoid);
	add_word(&e->done, "", m->path, "\n");
	return other || m->elsewhere > 0;
}

/* Logs a reason that only an operator can fix at once, and then once an hour: not after days, when
 * the mail expires. */
static void say_what_stays(struct runner *r, const struct message *m)
{
	const struct reason *row = catalogue_row(m->last.key);
	int64_t now = clock_mono_ms();
	TEXT(remedy, REMEDY_SIZE);
	if (row == NULL || !row->stays)
		return;
	if (strcmp(r->stays_key, row->key) == 0 && now - r->stays_ms < STAYS_EVERY_MS)
		return;
	text_copy(r->stays_key, sizeof r->stays_key, row->key);
	r->stays_ms = now;
	remedy_put(&remedy, &m->last, m->rcpt_count == 1 ? m->rcpts[0] : NULL);
	log_line(LOG_ERR, "%s waits, and needs attention: %s (key=%s). %s What to do: %s", m->id,
	    m->last.text, row->key, row->meaning, remedy.data);
}

/* Some recipients are open: the next server at once, or the next attempt later.  sync: something
 * was delivered, perhaps. */
static void put_back(struct runner *r, struct message *m, int left, bool sync)
{
	struct entry *e = m->entry;
	bool moved = e->done != NULL;
	if (goes_on(r, m, left)) {
		append(r, m, &m->lines, sync);
		message_free(m);
		runner_queue_again(r, e);
		return;
	}
	int wait_s = wait_of(r, m, m->last.key);
	say_what_stays(r, m);
	e->interrupted = false;
	e->attempts++;
	mem_free(&e->avoid);
	mem_free(&e->done);
	size_t told = m->lines.length;
	journal_put_wait(&m->lines, clock_wall_s(), wait_s);
	watch_lines(e,
	    &(struct buffer){.data = m->lines.data + told, .length = m->lines.length - told});
	if (append(r, m, &m->lines, sync))
		compact_journal(&r->queue, m->id);
	e->by_route = m->last.fault == FAULT_ROUTE || m->last.fault == FAULT_CREDENTIAL;
	e->by_config = m->last.fault == FAULT_CONFIG;
	message_free(m);
	/* The next attempt begins with its first path. */
	e->path = moved ? NULL : e->path;
	runner_queue(r, e, clock_mono_ms() + (int64_t)wait_s * 1000);
}

bool message_detour(struct runner *r, struct message *m, const struct diagnosis *why,
    struct buffer *steps)
{
	bool other = m->elsewhere > 0;
	for (int i = 0; i < m->rcpt_count; i++)
		other = other || message_has_other_path(r, m, i);
	if (m->rcpt_count == 0 || (!other && m->entry->done == NULL))
		return false;
	history_show(r, m, steps);
	message_note_unsent(m);
	m->last = *why;
	for (int i = 0; i < m->rcpt_count; i++) {
		if (message_has_other_path(r, m, i))
			m->states[i] = RCPT_NEXT;
		else
			message_note(r, m, i, false, why);
	}
	history_begin(r, m, steps);
	put_back(r, m, 0, false);
	return true;
}

void message_end_reported(struct runner *r, struct message *m)
{
	m->has_journal = true;
	end_message(r, m);
}

/* Nothing is lost: they fail again, and are reported, next time. */
static void fail_next_time(struct message *m)
{
	m->failed_lines.length = 0;
	for (int i = 0; i < m->rcpt_count; i++)
		m->states[i] = m->states[i] == RCPT_FAILED ? RCPT_DEFERRED : m->states[i];
}

/* Everything is settled but the report, which waits for others; the journal keeps what it will say.
 */
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
	    bounce_address(r, m));
	watch_done(m->entry);
	returns_keep(r, m->entry);
	message_free(m);
	return true;
}

void message_conclude(struct runner *r, struct message *m, struct buffer *steps, int left)
{
	int sent = count_state(m, RCPT_SENT), failed = count_state(m, RCPT_FAILED);
	success_report(r, m);
	bool open = sent + failed < m->rcpt_count || m->elsewhere + m->waiting + m->held > 0;
	if (failed == 0 && !open) {
		end_message(r, m);
		return;
	}
	history_begin(r, m, steps);
	/* The report is on disk before the journal says "failed": after a kill between the two the next
	 * life finds the notes in the report (resume.h). */
	enum returned returned = failed > 0 ? returns_failure(r, m) : RETURNED_SENT;
	if (returned == RETURNED_LATER && !open && keep_for_report(r, m))
		return;
	if (returned == RETURNED_LATER || returned == RETURNED_NOT) {
		fail_next_time(m);
		open = true;
	}
	buffer_add(&m->lines, m->failed_lines.data, m->failed_lines.length);
	if (open) {
		put_back(r, m, left, true);
		return;
	}
	if (returned == RETURNED_NOWHERE) {
		end_lost(r, m);
		return;
	}
	if (m->has_journal)
		append(r, m, &m->lines, true);
	end_message(r, m);
}

void message_return(struct runner *r, struct message *m)
{
	struct entry *e = m->entry;
	message_free(m);
	runner_queue(r, e, e->attempts > 0 ? clock_mono_ms() : e->due_ms);
}

void message_give_up(struct runner *r, struct message *m, const struct diagnosis *d)
{
	struct buffer no_steps = {0};
	m->untried = true;
	message_take_held(r, m);
	for (int i = 0; i < m->rcpt_count; i++)
		message_note(r, m, i, false, d);
	message_conclude(r, m, &no_steps, 0);
}

/* Nobody's sendmail takes such a message: it goes back before any work is done for it, and the
 * report names the first of its recipients. */
static void refuse_recipients(struct runner *r, struct message *m)
{
	struct diagnosis d = {0};
	diag_set(&d, VERDICT_FAILED, STAGE_SPOOL, "recipients-limit",
	    "the message has %zu recipients, and may have %d ([queue] max_recipients); it was sent to "
	    "none of them; the first %d are named here",
	    m->envelope.recipient_count, r->config.max_recipients, MESSAGE_REFUSED_NAMED);
	d.fault = FAULT_MESSAGE;
	message_give_up(r, m, &d);
}

/* An attempt that is over by its journal is over. */
static struct message *begin(struct message *m)
{
	struct entry *e = m->entry;
	if (m->anew) {
		e->attempts = (uint16_t)(m->attempt - 1);
		mem_free(&e->done);
		mem_free(&e->avoid);
		m->anew = false;
	}
	return m;
}

static void wait_to_be_read(struct runner *r, struct entry *e, const char *why)
{
	char id[ID_SIZE];
	id_unpack(e->id, id);
	log_line(LOG_ERR, "%s cannot be opened (%s); next try in 1 min", id, why);
	runner_queue(r, e, clock_mono_ms() + LATER_MS);
}

static void forget_removed(struct runner *r, struct entry *e)
{
	char id[ID_SIZE];
	id_unpack(e->id, id);
	log_line(LOG_NOTICE, "%s was removed by someone else", id);
	queue_remove_log(&r->queue, id);
	runner_forget(r, e);
}

struct message *message_load(struct runner *r, struct entry *e)
{
	struct message *m;
	TEXT(why, 400);
	notes_flush(&r->notes, &r->queue, e->id);
	switch (message_read(r, e, MESSAGE_OPEN, &m, &why)) {
	case MESSAGE_READY: return begin(m);
	case MESSAGE_GONE: forget_removed(r, e); return NULL;
	case MESSAGE_DAMAGED: set_aside(r, e, why.data); return NULL;
	case MESSAGE_LATER: wait_to_be_read(r, e, why.data); return NULL;
	case MESSAGE_OWED: returns_keep(r, e); return NULL;
	case MESSAGE_REFUSED: refuse_recipients(r, m); return NULL;
	case MESSAGE_RELAYED: end_relayed(r, m); return message_load(r, e);
	}
	return NULL;
}
