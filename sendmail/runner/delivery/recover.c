/* Journals brought up to date: from reports that lie in the queue, then from ledgers. */
#include "base/clock.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/log.h"
#include "diagnosis/report.h"
#include "base/text.h"
#include "config/recipients.h"
#include "jobs/ledger.h"
#include "message/envelope.h"
#include "runner/delivery/recover.h"
#include "runner/notify/notify.h"
#include "runner/queue/notes.h"
#include "runner/queue/runner.h"
#include "spool/journal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One message at a time; lines about the same message are usually together. */
struct group {
	struct runner *r;
	char id[ID_SIZE]; /* "" = none */
	struct journal journal;
	struct buffer lines; /* that it lacks */
	struct envelope envelope;
	char *sender; /* NULL: the envelope was not read yet */
};

static void end_group(struct group *g)
{
	if (g->lines.length > 0)
		notes_append(&g->r->notes, &g->r->queue, g->id, &g->lines, true);
	journal_free(&g->journal);
	buffer_free(&g->lines);
	if (g->sender != NULL)
		envelope_free(&g->envelope);
	mem_free(&g->sender);
	g->id[0] = '\0';
}

/* False: there is no such message any more, or its journal cannot be read (it waits for that,
   too). */
static bool begin_group(struct group *g, const char *id)
{
	if (strcmp(g->id, id) == 0)
		return true;
	end_group(g);
	if (!id_valid(id) || faccessat(g->r->queue.mqueue_fd, id, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	if (!journal_read(&g->journal, g->r->queue.mqueue_fd, id))
		return false;
	text_copy(g->id, sizeof g->id, id);
	return true;
}

/* What failed before somebody wanted it tried again is open, whatever an old report says. */
static bool lacks(struct journal *j, const char *line)
{
	char address[400];
	if (j->revived)
		return false;
	const char *verb = line + strspn(line, "0123456789");
	if (text_starts(verb, " rcpt "))
		return fields_get(verb, "address", address, sizeof address) && !journal_settled(j, address);
	if (strcmp(verb, " warned") == 0)
		return !j->warned;
	if (strcmp(verb, " expanded") == 0)
		return !j->expanded;
	if (strcmp(verb, " reported") == 0)
		return j->relayed;
	return strcmp(verb, " done") == 0 && j->owed && !j->done;
}

static void take_notes(struct group *g, const char *report_id, struct buffer *notes)
{
	char id[ID_SIZE];
	char *line;
	size_t at = 0;
	while ((line = fdio_next_line(notes, &at)) != NULL) {
		if (strlen(line) <= ID_SIZE || line[ID_LENGTH] != ' ')
			continue;
		snprintf(id, sizeof id, "%.*s", ID_LENGTH, line);
		if (!begin_group(g, id) || !lacks(&g->journal, line + ID_SIZE))
			continue;
		if (g->lines.length == 0)
			log_line(LOG_NOTICE,
			    "%s: the last runner was ended between the report %s and its note here: it is not "
			    "written again",
			    id, report_id);
		buffer_printf(&g->lines, "%s\n", line + ID_SIZE);
	}
	end_group(g);
}

/* Only a report of our own is believed. */
static void look_at_report(struct group *g, const char *id)
{
	struct envelope e;
	struct diagnosis d = {0};
	uid_t uid;
	int fd = queue_message(&g->r->queue, id, &uid, NULL);
	envelope_init(&e);
	if (fd >= 0 && uid == g->r->queue.owner && envelope_read(&e, fd, &d) &&
	    (envelope_has_flag(&e, "bounce") || envelope_has_flag(&e, "digest")))
		take_notes(g, id, &e.notes);
	envelope_free(&e);
	if (fd >= 0)
		close(fd);
}

static void take_reports(struct group *g)
{
	struct buffer text = {0};
	char id[ID_SIZE];
	char *line;
	size_t at = 0;
	if (!fdio_slurp_at(g->r->queue.mqueue_fd, NOTIFY_FILE, &text, NOTIFY_FILE_LIMIT_BYTES) &&
	    errno != ENOENT)
		log_line(LOG_ERR,
		    "mqueue/%s cannot be read: %s: a report that was just written may be written again",
		    NOTIFY_FILE, strerror(errno));
	while ((line = fdio_next_line(&text, &at)) != NULL) {
		if (fields_get(line, "id", id, sizeof id) && id_valid(id))
			look_at_report(g, id);
	}
	buffer_free(&text);
}

static const char *sender_of(struct group *g)
{
	struct diagnosis d = {0};
	if (g->sender != NULL)
		return g->sender;
	int fd = queue_message(&g->r->queue, g->id, NULL, NULL);
	envelope_init(&g->envelope);
	bool read = fd >= 0 && envelope_read(&g->envelope, fd, &d);
	g->sender = read ? recipients_sender(&g->envelope, &g->r->config) : mem_copy("");
	if (fd >= 0)
		close(fd);
	return g->sender;
}

/* Counts it and logs it as the last runner would have done. */
static void add_outcome(struct group *g, const struct ledger_line *l, int attempt)
{
	const char *sender = sender_of(g);
	int64_t age_s = ages_of(&g->r->ages, g->envelope.created_us / 1000000);
	counters_outcome(&g->r->counters, &l->d, age_s);
	report_log(&(struct report_delivery){.id = g->id,
	               .sender = sender,
	               .recipient = l->address,
	               .orig_to = "",
	               .attempt = attempt,
	               .delay_s = age_s},
	    &l->d, "noted by its session; the runner was ended");
}

/* A ledger is kept while notes about its messages are missing (runner/session/sent_log.h), and
   these are tried again meanwhile: what did not settle a recipient then is no news any more. */
static bool is_noted(struct journal *j, const struct ledger_line *l)
{
	const struct journal_rcpt *rcpt = journal_find(j, l->address);
	struct diagnosis last;
	if (journal_settled(j, l->address))
		return true;
	if (l->d.verdict == VERDICT_SENT || rcpt == NULL)
		return false;
	journal_last(rcpt, &last);
	return last.key == l->d.key || (l->at_s != 0 && l->at_s < j->last_s);
}

static void take_outcome(struct group *g, const struct ledger_line *l)
{
	int64_t now = clock_wall_s();
	struct journal *j = &g->journal;
	if (!begin_group(g, l->id) || is_noted(j, l))
		return;
	/* An attempt that was begun in the journal is this one. */
	bool begun = j->attempts > 0 && j->until_s == 0;
	int attempt = begun ? j->attempts : j->attempts + 1;
	if (g->lines.length == 0) {
		if (!begun)
			journal_put_attempt(&g->lines, now, attempt);
		journal_put_step(&g->lines, now,
		    "the runner was ended before it could note what follows; the session had noted it");
	}
	journal_put_rcpt(&g->lines, now, l->address, false, &l->d);
	if (l->relayed)
		journal_put_relayed(&g->lines, now, l->address);
	add_outcome(g, l, attempt);
}

/* False with errno when it cannot be read for a reason that passes. */
static bool take_ledger(struct group *g, const char *name)
{
	struct buffer text = {0};
	struct ledger_line l;
	char *line;
	size_t at = 0;
	bool read = fdio_slurp_at(g->r->queue.mqueue_fd, name, &text, LEDGER_LIMIT_BYTES);
	int error = read ? 0 : errno;
	if (!read)
		log_line(LOG_ERR, "mqueue/%s cannot be read: %s: its messages may be sent again", name,
		    strerror(error));
	while ((line = fdio_next_line(&text, &at)) != NULL) {
		if (ledger_parse(line, &l))
			take_outcome(g, &l);
	}
	end_group(g);
	buffer_free(&text);
	/* What was understood is in the journals, and on the disk. */
	if (read && !notes_any_pending(&g->r->notes))
		unlinkat(g->r->queue.mqueue_fd, name, 0);
	errno = error;
	return read || (error != EMFILE && error != ENFILE && error != EINTR);
}

struct names {
	char (*names)[24];
	int count;
};

static void found(void *context, enum queue_kind kind, const char *id)
{
	struct names *n = context;
	if (kind != QUEUE_LEDGER || strlen(id) > 10)
		return;
	n->names = mem_resize(n->names, (size_t)n->count + 1, sizeof *n->names);
	snprintf(n->names[n->count++], sizeof *n->names, "sent.%s", id);
}

bool recover_run(struct runner *r)
{
	struct group g = {.r = r};
	struct names n = {0};
	bool done = queue_scan(r->queue.mqueue_fd, found, &n);
	if (done)
		take_reports(&g);
	for (int i = 0; i < n.count && done; i++)
		done = take_ledger(&g, n.names[i]);
	int saved = errno;
	free(n.names);
	errno = saved;
	return done;
}
