/* One message, from being due to being gone or waiting again. */
#include "runner/message.h"
#include "base/catalogue.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/log.h"
#include "base/report.h"
#include "base/text.h"
#include "message/address.h"
#include "runner/bounce.h"
#include "config/recipients.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define STAYS_EVERY_MS 3600000

void message_free(struct message *m)
{
	for (int i = 0; i < m->rcpt_count; i++)
		free(m->rcpts[i]);
	free(m->rcpts);
	free(m->states);
	free(m->failures);
	free(m->sender);
	envelope_free(&m->envelope);
	buffer_free(&m->lines);
	buffer_free(&m->failed_lines);
	if (m->fd >= 0)
		close(m->fd);
	free(m);
}

static bool is_done(const struct entry *e, const char *path)
{
	size_t length = strlen(path);
	for (const char *at = e->done; at != NULL && *at != '\0'; at = strchr(at, '\n') + 1) {
		if (strncmp(at, path, length) == 0 && at[length] == '\n')
			return true;
	}
	return false;
}

/* The path that is next for a recipient in this attempt; NULL when the attempt is through with it. */
static const char *path_of(const struct runner *r, const struct message *m, const char *rcpt, const struct journal_rcpt *last, struct paths_of *p)
{
	rules_paths(&r->config, m->sender, rcpt, p);
	if (last != NULL && last->attempt == m->entry->attempts + 1 && !last->next)
		return NULL;
	for (int i = 0; i < p->count; i++) {
		if (!is_done(m->entry, p->paths[i]))
			return p->paths[i];
	}
	return p->count == 0 && !is_done(m->entry, "") ? "" : NULL;
}

bool message_has_other_path(const struct runner *r, const struct message *m, int rcpt)
{
	struct paths_of p;
	rules_paths(&r->config, m->sender, m->rcpts[rcpt], &p);
	for (int i = 0; i < p.count; i++) {
		if (strcmp(p.paths[i], m->path) != 0 && !is_done(m->entry, p.paths[i]))
			return true;
	}
	return false;
}

/* Sorts the recipients without a final outcome: those of the first path that has work are taken, the others counted. */
static void select_recipients(struct runner *r, struct message *m, const struct recipients *all, struct journal *j)
{
	struct paths_of p;
	bool chosen = false;
	m->rcpt_count = m->elsewhere = m->waiting = 0;
	for (int i = 0; i < all->count; i++) {
		if (journal_settled(j, all->addresses[i]))
			continue;
		const char *path = path_of(r, m, all->addresses[i], journal_find(j, all->addresses[i]), &p);
		if (path != NULL && !chosen) {
			text_copy(m->path, sizeof m->path, path);
			chosen = true;
		}
		if (path == NULL)
			m->waiting++;
		else if (strcmp(path, m->path) != 0)
			m->elsewhere++;
		else
			m->rcpts[m->rcpt_count++] = mem_copy(all->addresses[i]);
	}
}

static void set_recipients(struct runner *r, struct message *m, struct journal *j)
{
	struct recipients all;
	recipients_expand(&all, &m->envelope, r->aliases, &r->config);
	m->rcpts = mem_alloc((size_t)(all.count + 1) * sizeof *m->rcpts);
	m->states = mem_alloc((size_t)all.count + 1);
	select_recipients(r, m, &all, j);
	/* An attempt that an earlier life did not end, or that is through with everyone: a new one begins. */
	if (m->rcpt_count == 0 && m->waiting > 0) {
		mem_free(&m->entry->done);
		mem_free(&m->entry->avoid);
		m->entry->attempts++;
		select_recipients(r, m, &all, j);
	}
	recipients_free(&all);
}

static void set_aside(struct runner *r, struct entry *e, const char *id, const char *why)
{
	log_line(LOG_ERR, "%s is set aside as %s.dead: %s", id, id, why);
	queue_set_aside(&r->queue, id);
	runner_forget(e);
}

/* The file that cannot be read: a damaged one is set aside, a vanished one forgotten, anything else waits. */
static void cannot_open(struct runner *r, struct entry *e, const char *id)
{
	if (errno == ENOENT) {
		log_line(LOG_NOTICE, "%s was removed by someone else", id);
		queue_remove_log(&r->queue, id);
		runner_forget(e);
		return;
	}
	log_line(LOG_ERR, "%s cannot be opened (%s); next try in 1 min", id, strerror(errno));
	runner_queue(r, e, clock_mono_ms() + 60000);
}

struct message *message_load(struct runner *r, struct entry *e)
{
	struct journal j;
	struct diagnosis d = {0};
	uid_t uid;
	struct message *m = mem_alloc(sizeof *m);
	envelope_init(&m->envelope);
	m->entry = e;
	id_unpack(e->id, m->id);
	m->fd = queue_message(&r->queue, m->id, &uid, NULL);
	if (m->fd < 0) {
		cannot_open(r, e, m->id);
		message_free(m);
		return NULL;
	}
	flock(m->fd, LOCK_SH | LOCK_NB); /* mailq sees that it is being worked on */
	if (!envelope_read(&m->envelope, m->fd, &d)) {
		set_aside(r, e, m->id, d.text);
		message_free(m);
		return NULL;
	}
	/* Only files of our own may say who sent them; otherwise the owner of the file did. */
	if (uid != r->queue.owner || m->envelope.uid < 0)
		m->envelope.uid = uid;
	if (!journal_read(&j, r->queue.mqueue_fd, m->id)) {
		cannot_open(r, e, m->id);
		message_free(m);
		return NULL;
	}
	m->has_journal = j.attempts > 0 || j.rcpt_count > 0;
	m->last_s = j.last_s;
	m->sender = recipients_sender(&m->envelope, &r->config);
	set_recipients(r, m, &j);
	if (m->rcpt_count > 0 && j.rcpt_count > 0) {
		const struct journal_rcpt *last = journal_find(&j, m->rcpts[0]);
		if (last != NULL)
			m->last = last->last;
	}
	journal_free(&j);
	return m;
}

static int64_t age_s(const struct runner *r, const struct message *m)
{
	return ages_of(&r->ages, m->envelope.created_us / 1000000);
}

static void log_outcome(const struct runner *r, const struct message *m, int rcpt, int64_t next_s, const struct diagnosis *d)
{
	struct buffer line = {0};
	report_log_line(&line, m->id, m->sender, m->rcpts[rcpt], m->entry->attempts + 1, age_s(r, m), next_s, d);
	log_line(d->verdict == VERDICT_SENT ? LOG_INFO : LOG_WARNING, "%s", buffer_string(&line));
	buffer_free(&line);
}

static void note_failure(struct message *m, const struct diagnosis *d)
{
	m->failures = mem_resize(m->failures, (size_t)m->failure_count + 1, sizeof *m->failures);
	m->failures[m->failure_count++] = *d;
}

/* Decided once per attempt, by the first reason that makes it wait. */
static int wait_of(const struct runner *r, struct message *m, const char *key)
{
	const struct reason *row = catalogue_row(key);
	if (m->wait_s == 0)
		m->wait_s = schedule_wait_s(&r->config, m->entry->attempts + 1, row != NULL ? row->wait_s : 0, compat_random());
	return m->wait_s;
}

void message_note(struct runner *r, struct message *m, int rcpt, bool next, const struct diagnosis *d)
{
	if (rcpt < 0 || rcpt >= m->rcpt_count || m->states[rcpt] == RCPT_SENT || m->states[rcpt] == RCPT_FAILED)
		return;
	if (d->verdict == VERDICT_SENT) {
		m->states[rcpt] = RCPT_SENT;
		r->sent++;
	} else if (d->verdict == VERDICT_FAILED) {
		m->states[rcpt] = RCPT_FAILED;
		r->failed++;
		note_failure(m, d);
	} else {
		m->states[rcpt] = next ? RCPT_NEXT : RCPT_DEFERRED;
		r->deferred++;
		m->last = *d;
	}
	log_outcome(r, m, rcpt, m->states[rcpt] == RCPT_DEFERRED ? wait_of(r, m, d->key) : 0, d);
	/* The usual message has one recipient and goes at once: nothing about it needs to be written down. */
	if (m->rcpt_count + m->elsewhere + m->waiting > 1 || m->has_journal || d->verdict != VERDICT_SENT)
		journal_put_rcpt(d->verdict == VERDICT_FAILED ? &m->failed_lines : &m->lines, clock_wall_s(), m->rcpts[rcpt], next, d);
}

static int count_state(const struct message *m, enum rcpt_state state)
{
	int count = 0;
	for (int i = 0; i < m->rcpt_count; i++)
		count += m->states[i] == state;
	return count;
}

static bool append(struct runner *r, struct message *m, const struct buffer *lines, bool sync)
{
	if (journal_append(&r->queue, m->id, lines, sync))
		return true;
	log_line(LOG_CRIT, "%s: the journal cannot be written (%s): a delivered message may be sent again", m->id, strerror(errno));
	return false;
}

/* Queues a report to the sender; false (logged) when it could not be written. */
static bool send_report(struct runner *r, struct message *m, bool delayed)
{
	struct buffer file = {0};
	struct diagnosis d = {0};
	char id[ID_SIZE];
	bounce_write(r, m, delayed, &file);
	bool done = queue_create(&r->queue, file.data, file.length, id, &d);
	buffer_free(&file);
	if (done) {
		log_line(LOG_INFO, "%s %s=%s to=<%s>", m->id, delayed ? "warning" : "bounce", id, m->sender);
		runner_queue_new(r, runner_entry(id_pack(id)));
	} else {
		log_line(LOG_CRIT, "%s: the report to <%s> cannot be written: %s", m->id, m->sender, d.text);
	}
	return done;
}

void message_warn(struct runner *r, struct message *m)
{
	struct buffer line = {0};
	if (m->sender[0] != '\0' && m->rcpt_count > 0 && send_report(r, m, true)) {
		journal_put_word(&line, clock_wall_s(), "warned");
		append(r, m, &line, true);
	}
	buffer_free(&line);
	message_free(m);
}

/* A report about mail that has no sender has nowhere to go: the mail is kept where an operator finds it. */
static void end_message(struct runner *r, struct message *m, bool lost)
{
	struct buffer done = {0};
	if (lost) {
		append(r, m, &m->lines, true);
		set_aside(r, m->entry, m->id, "it could not be delivered, and it has no sender to report to");
		message_free(m);
		return;
	}
	if (m->has_journal) {
		journal_put_word(&done, clock_wall_s(), "done");
		append(r, m, &done, false);
		buffer_free(&done);
	}
	if (!queue_remove(&r->queue, m->id))
		log_line(LOG_CRIT, "%s was delivered but cannot be removed from the queue: %s", m->id, strerror(errno));
	r->removals++;
	runner_forget(m->entry);
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

/* Recipients that are to be asked about elsewhere at once: at the next address, or on the next path when left says that there is none. */
static bool goes_on(struct runner *r, struct message *m, int left)
{
	struct entry *e = m->entry;
	bool next = count_state(m, RCPT_NEXT) > 0, other = false;
	if (count_state(m, RCPT_OPEN) > 0)
		return true;
	if (next && left > 0 && m->last.peer_address[0] != '\0') {
		add_word(&e->avoid, " ", m->last.peer_address, "");
		return true;
	}
	for (int i = 0; i < m->rcpt_count; i++)
		other = other || (m->states[i] == RCPT_NEXT && message_has_other_path(r, m, i));
	mem_free(&e->avoid);
	add_word(&e->done, "", m->path, "\n");
	return other || m->elsewhere > 0;
}

/* What never heals by waiting is said with the first mail that meets it, and again once an hour: not after days, when the mail expires. */
static void say_what_stays(struct runner *r, const struct message *m)
{
	const struct reason *row = catalogue_row(m->last.key);
	int64_t now = clock_mono_ms();
	if (row == NULL || !row->stays)
		return;
	if (strcmp(r->stays_key, row->key) == 0 && now - r->stays_ms < STAYS_EVERY_MS)
		return;
	text_copy(r->stays_key, sizeof r->stays_key, row->key);
	r->stays_ms = now;
	log_line(LOG_ERR, "%s waits, and waiting alone does not mend it: %s (key=%s): %s; what to do: %s", m->id, m->last.text, row->key, row->meaning, row->remedy);
}

/* Some recipients are open: the next server at once, or the next attempt later. */
static void put_back(struct runner *r, struct message *m, int left)
{
	struct entry *e = m->entry;
	if (goes_on(r, m, left)) {
		append(r, m, &m->lines, true);
		message_free(m);
		runner_queue_again(r, e);
		return;
	}
	int wait_s = wait_of(r, m, m->last.key);
	say_what_stays(r, m);
	e->attempts++;
	mem_free(&e->avoid);
	mem_free(&e->done);
	journal_put_wait(&m->lines, clock_wall_s(), wait_s);
	append(r, m, &m->lines, true);
	e->by_route = m->last.fault == FAULT_ROUTE || m->last.fault == FAULT_CREDENTIAL;
	e->by_config = m->last.fault == FAULT_CONFIG;
	message_free(m);
	runner_queue(r, e, clock_mono_ms() + (int64_t)wait_s * 1000);
}

static void put_step(struct buffer *lines, const struct text *words)
{
	journal_put_step(lines, clock_wall_s(), words->data);
}

/* Which rule sends the mail to these servers; and the loud sentence for a domain that other agents would take for local. */
static void put_rule(const struct runner *r, const struct message *m, struct buffer *lines)
{
	struct paths_of p;
	const char *domain = m->rcpt_count > 0 ? address_domain(m->rcpts[0]) : "";
	TEXT(words, 1200);
	TEXT(note, 900);
	if (m->rcpt_count == 0)
		return;
	rules_paths(&r->config, m->sender, m->rcpts[0], &p);
	text_put(&words, *m->path == '@' ? "servers: the MX of " : "servers: ");
	text_put(&words, *m->path == '@' ? m->path + 1 : *m->path != '\0' ? m->path : "none");
	if (p.rule != NULL)
		text_printf(&words, " ([route %s])", p.rule->pattern);
	else if (*m->path == '@')
		text_put(&words, " ([fallback] direct_mx)");
	put_step(lines, &words);
	if (!rules_covers_own_name(&r->config, domain))
		return;
	text_printf(&note, "%s is, or holds, this machine's own name (%s); it is not local for that: the servers decide", domain, r->config.name);
	put_step(lines, &note);
}

static void put_head_lines(const struct runner *r, struct message *m, struct buffer *steps)
{
	struct buffer lines = {0};
	int64_t now = clock_wall_s();
	if (m->untried)
		return;
	m->last_s = now;
	journal_put_attempt(&lines, now, m->entry->attempts + 1);
	put_rule(r, m, &lines);
	for (size_t at = 0; at < steps->length;) {
		const char *end = memchr(steps->data + at, '\n', steps->length - at);
		size_t length = end != NULL ? (size_t)(end - steps->data) - at : steps->length - at;
		char *text = mem_copy_n(steps->data + at, length);
		journal_put_step(&lines, now, text);
		free(text);
		at += length + 1;
	}
	buffer_add(&lines, m->lines.data, m->lines.length);
	buffer_free(&m->lines);
	m->lines = lines;
}

void message_conclude(struct runner *r, struct message *m, struct buffer *steps, int left)
{
	int sent = count_state(m, RCPT_SENT), failed = count_state(m, RCPT_FAILED);
	int others = m->elsewhere + m->waiting;
	if (sent == m->rcpt_count && others == 0) {
		end_message(r, m, false);
		return;
	}
	put_head_lines(r, m, steps);
	/* The report is on disk before the journal says "failed": a crash between the two sends it twice, and never not at all. */
	if (failed > 0 && m->sender[0] != '\0' && !send_report(r, m, false)) {
		/* Nothing is lost: they fail again, and are reported, next time. */
		m->failed_lines.length = 0;
		for (int i = 0; i < m->rcpt_count; i++)
			m->states[i] = m->states[i] == RCPT_FAILED ? RCPT_DEFERRED : m->states[i];
		failed = 0;
	}
	buffer_add(&m->lines, m->failed_lines.data, m->failed_lines.length);
	if (sent + failed < m->rcpt_count || others > 0) {
		put_back(r, m, left);
		return;
	}
	bool lost = failed > 0 && m->sender[0] == '\0';
	if (m->has_journal && !lost)
		append(r, m, &m->lines, true);
	end_message(r, m, lost);
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
	for (int i = 0; i < m->rcpt_count; i++)
		message_note(r, m, i, false, d);
	message_conclude(r, m, &no_steps, 0);
}
