/* One message, loaded: envelope, history, and the recipients of this attempt. */
#include "base/text.h"
#include "message/dsn.h"
#include "config/recipients.h"
#include "runner/attempt/expansions.h"
#include "runner/attempt/gather_key.h"
#include "runner/attempt/message.h"
#include "runner/attempt/tls_optional.h"
#include "runner/attempt/unresolved.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/notes.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/queue/tried.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

void message_free(struct message *m)
{
	for (int i = 0; i < m->rcpt_count; i++) {
		free(m->rcpts[i]);
		free(m->asked[i].orcpt);
		free(m->success[i]);
	}
	free(m->asked);
	free(m->relayed);
	free(m->success);
	free(m->expanded);
	free(m->rcpts);
	lookup_free(&m->known);
	recipients_free(&m->all);
	free(m->states);
	for (int i = 0; i < m->failure_count; i++)
		free(m->failures[i]);
	free(m->failures);
	free(m->sender);
	free(m->reported_by);
	envelope_free(&m->envelope);
	buffer_free(&m->lines);
	buffer_free(&m->failed_lines);
	if (m->fd >= 0)
		close(m->fd);
	free(m);
}

/* Reports of our own are looked at by nobody; a filter that changed it is noted in the file. */
static const struct filter *pending_filter(const struct config *config, const struct message *m,
    const struct journal *j)
{
	TEXT(flag, FILTER_NAME_MAX + 20);
	for (int i = 0; i < config->filter_count; i++) {
		const struct filter *f = &config->filters[i];
		flag.length = 0;
		text_printf(&flag, "filtered=%s", f->name);
		if (!journal_filtered(j, f->name) && !envelope_has_flag(&m->envelope, flag.data) &&
		    !envelope_has_flag(&m->envelope, "bounce"))
			return f;
	}
	return NULL;
}

static bool is_done(const struct message *m, const char *nexthop)
{
	return !m->anew && tried_has_nexthop(m->entry->tried, nexthop);
}

static void paths_for(const struct config *config, const struct ages *ages, const struct message *m,
    const char *rcpt, struct paths_of *p)
{
	rules_paths(config, m->sender, m->envelope.uid, rcpt, p);
	rules_add_last_resort(config, rcpt, ages_of(ages, m->envelope.created_us / 1000000), p);
	tls_optional_apply(m, p);
}

/* The path that is next for a recipient in this attempt; NULL when the attempt is through with
   it. */
static const char *path_of(const struct runner *r, const struct message *m, const char *rcpt,
    const struct journal_rcpt *last, struct paths_of *p)
{
	p->rule = NULL;
	p->count = 1;
	if (m->filter != NULL)
		snprintf(p->paths[0], RULES_PATH_SIZE, "%c%s", RULES_FILTER, m->filter->name);
	else if (m->entry->gather == ENTRY_GATHERED)
		gather_key_path(&m->envelope, p->paths[0]);
	else
		paths_for(&r->config, &r->ages, m, rcpt, p);
	if (last != NULL && last->attempt == m->attempt && !last->next)
		return NULL;
	for (int i = 0; i < p->count; i++) {
		if (!is_done(m, p->paths[i]))
			return p->paths[i];
	}
	return p->count == 0 && !is_done(m, "") ? "" : NULL;
}

bool message_has_other_path(const struct runner *r, const struct message *m, int rcpt)
{
	struct paths_of p;
	if (m->filter != NULL || m->entry->gather == ENTRY_GATHERED)
		return false;
	paths_for(&r->config, &r->ages, m, m->rcpts[rcpt], &p);
	for (int i = 0; i < p.count; i++) {
		if (strcmp(p.paths[i], m->nexthop) != 0 && !is_done(m, p.paths[i]))
			return true;
	}
	return false;
}

/* original: its index in the envelope, -1 when nobody knows, or RECIPIENTS_ARCHIVE. */
static void add_rcpt(const struct runner *r, struct message *m, const char *address, int original)
{
	bool archive = original == RECIPIENTS_ARCHIVE;
	m->asked[m->rcpt_count] = (struct message_asked){
	    .notify = archive        ? "NEVER"
	              : original < 0 ? m->envelope.notify
	                             : expansions_notify(m, (size_t)original),
	    .archive = archive,
	    .orcpt = original < 0 ? mem_copy("") : expansions_orcpt(&r->config, m, (size_t)original),
	};
	m->rcpts[m->rcpt_count++] = mem_copy(address);
}

void message_take_unresolved(const struct runner *r, struct message *m)
{
	for (int i = 0; i < m->held; i++) {
		m->states[m->rcpt_count] = RCPT_OPEN;
		add_rcpt(r, m, m->all.held[i].what, m->all.held[i].original);
	}
	m->held = 0;
}

int message_find_rcpt(struct message *m, const char *address)
{
	while (m->known.count < (size_t)m->rcpt_count)
		lookup_add(&m->known, m->rcpts[m->known.count]);
	size_t at = lookup_find(&m->known, address);
	return at != LOOKUP_NONE ? (int)at : -1;
}

/* The recipient of the envelope that an address came from; -1 when the aliases lead elsewhere by
 * now. */
static int original_of(const struct message *m, const char *address)
{
	int index = recipients_find(&m->all, address);
	if (index >= 0)
		return m->all.originals[index];
	size_t held = lookup_find(&m->all.known_held, address);
	return held != LOOKUP_NONE ? m->all.held[held].original : -1;
}

bool message_is_archive(const struct message *m, const char *address)
{
	return original_of(m, address) == RECIPIENTS_ARCHIVE;
}

bool message_wants_report(const struct message *m, int rcpt, const char *kind)
{
	if (m->for_archive || m->asked[rcpt].archive)
		return m->for_archive && m->asked[rcpt].archive;
	return dsn_wants(m->asked[rcpt].notify, kind);
}

/* Room for so many recipients. */
static void make_room(struct message *m, size_t count)
{
	m->rcpts = mem_alloc((count + 1) * sizeof *m->rcpts);
	m->states = mem_alloc(count + 1);
	m->relayed = mem_alloc((count + 1) * sizeof *m->relayed);
	m->success = mem_alloc((count + 1) * sizeof *m->success);
	m->asked = mem_alloc((count + 1) * sizeof *m->asked);
}

/* Sorts the recipients without a final outcome: those of the first path that has work are taken,
 * the others counted. */
static void select_recipients(const struct runner *r, struct message *m,
    const struct recipients *all, struct journal *j)
{
	struct paths_of p;
	bool chosen = false;
	m->rcpt_count = m->elsewhere = m->waiting = 0;
	for (int i = 0; i < all->count; i++) {
		if (journal_settled(j, all->addresses[i]))
			continue;
		const char *path = path_of(r, m, all->addresses[i], journal_find(j, all->addresses[i]), &p);
		if (path != NULL && !chosen) {
			text_copy(m->nexthop, sizeof m->nexthop, path);
			chosen = true;
		}
		if (path == NULL)
			m->waiting++;
		else if (strcmp(path, m->nexthop) != 0)
			m->elsewhere++;
		else
			add_rcpt(r, m, all->addresses[i], all->originals[i]);
	}
}

static void set_recipients(const struct runner *r, struct message *m, struct journal *j)
{
	recipients_expand(&m->all, &m->envelope, r->aliases, &r->config);
	expansions_find(m, j);
	make_room(m, (size_t)m->all.count + (size_t)m->all.held_count);
	select_recipients(r, m, &m->all, j);
	/* An attempt that an earlier runner did not end, or that is through with everyone: a new one
	 * begins. */
	if (m->rcpt_count == 0 && m->waiting > 0) {
		m->anew = true;
		m->attempt++;
		select_recipients(r, m, &m->all, j);
	}
	if (m->rcpt_count == 0)
		text_copy(m->nexthop, sizeof m->nexthop, NEXTHOP_KEY_HERE);
	m->received = rules_received(&r->config, m->sender, m->envelope.uid, m->rcpts, m->rcpt_count);
}

/* The content line counts every byte that was stored; NULL: all are there, and no more. */
static const char *wrong_length(const struct message *m)
{
	struct stat st;
	off_t wanted = (off_t)(m->envelope.message_at + m->envelope.content.bytes);
	if (fstat(m->fd, &st) != 0 || st.st_size == wanted)
		return NULL;
	return st.st_size < wanted
	           ? "the file is shorter than the message that was stored in it: the disk lost a part"
	           : "the file is longer than the message that was stored in it: something was added "
	             "to it";
}

static bool has_too_many(const struct config *config, const struct message *m)
{
	return m->envelope.recipient_count > (size_t)config->max_recipients;
}

/* The file that cannot be read: it has vanished, or that may pass. */
static enum message_found not_opened(struct text *why)
{
	int error = errno;
	text_put(why, strerror(error));
	return error == ENOENT ? MESSAGE_GONE : MESSAGE_LATER;
}

static enum message_found read_journal(const struct queue *queue, const struct message *m,
    struct journal *j, struct text *why)
{
	if (journal_read(j, queue->mqueue_fd, m->id))
		return MESSAGE_READY;
	bool too_long = errno == EFBIG;
	enum message_found found = not_opened(why);
	journal_free(j);
	if (!too_long)
		return found;
	/* That does not pass by waiting, and without it nobody knows who has got the message. */
	why->length = 0;
	text_put(why, "its journal (" JOURNAL_LIMIT_WORDS
	              " at most) is too long to be read, so that who has got it is not known");
	return MESSAGE_DAMAGED;
}

/* File, envelope and journal; j is to be freed when it is MESSAGE_READY. */
static enum message_found open_message(const struct runner *r, struct message *m, struct journal *j,
    struct text *why)
{
	struct diagnosis d = {0};
	uid_t uid;
	m->fd = queue_message(&r->queue, m->id, &uid, NULL);
	if (m->fd < 0)
		return not_opened(why);
	flock(m->fd, LOCK_SH | LOCK_NB); /* mailq sees that it is being worked on */
	if (!envelope_read(&m->envelope, m->fd, &d)) {
		if (d.error_no != 0)
			return not_opened(why);
		text_put(why, d.text);
		return MESSAGE_DAMAGED;
	}
	if (wrong_length(m) != NULL) {
		text_put(why, wrong_length(m));
		return MESSAGE_DAMAGED;
	}
	if (notes_pending(&r->notes, m->entry->id)) {
		text_put(why, "its journal has no room");
		return MESSAGE_LATER;
	}
	enum message_found found = read_journal(&r->queue, m, j, why);
	if (found != MESSAGE_READY)
		return found;
	/* Only files of our own may say who sent them; otherwise the owner of the file did. */
	if (uid != r->queue.owner || m->envelope.uid < 0)
		m->envelope.uid = uid;
	m->has_journal = j->attempts > 0 || j->rcpt_count > 0;
	m->last_s = j->last_s;
	m->sender = recipients_sender(&m->envelope, &r->config);
	m->reported_by = recipients_reported_by(&m->envelope, &r->config);
	return MESSAGE_READY;
}

static struct message *new_message(struct entry *e)
{
	struct message *m = mem_alloc(sizeof *m);
	envelope_init(&m->envelope);
	m->entry = e;
	m->attempt = e->attempts + 1;
	m->fd = -1;
	id_unpack(e->id, m->id);
	return m;
}

void message_add_failure(struct message *m, const struct diagnosis *d)
{
	m->failures = mem_grow(m->failures, m->failure_count, sizeof *m->failures);
	m->failures[m->failure_count++] = diag_keep(d);
}

/* Fills in the recipients of a journal whose report is still owed: of failure, or of success. */
static void take_unreported(const struct runner *r, struct message *m, const struct journal *j,
    bool success)
{
	if (!has_too_many(&r->config, m))
		recipients_expand(&m->all, &m->envelope, r->aliases, &r->config);
	make_room(m, j->rcpt_count);
	for (size_t i = 0; i < j->rcpt_count; i++) {
		const struct journal_rcpt *rcpt = &j->rcpts[i];
		struct diagnosis last;
		if (success ? !rcpt->relayed : rcpt->verdict != VERDICT_FAILED)
			continue;
		journal_last(rcpt, &last);
		m->relayed[m->rcpt_count] = success;
		m->states[m->rcpt_count] = success ? RCPT_SENT : RCPT_FAILED;
		if (success && strcmp(last.hop, "local") == 0)
			text_copy(m->nexthop, sizeof m->nexthop, NEXTHOP_KEY_LOCAL);
		add_rcpt(r, m, rcpt->address, original_of(m, rcpt->address));
		if (success)
			m->success[m->rcpt_count - 1] = diag_keep(&last);
		else
			message_add_failure(m, &last);
	}
}

/* The first of too many recipients, for the report. */
static void name_some(const struct runner *r, struct message *m)
{
	make_room(m, MESSAGE_REFUSED_NAMED);
	for (int i = 0; i < MESSAGE_REFUSED_NAMED && (size_t)i < m->envelope.recipient_count; i++) {
		char *address = recipients_qualify(&r->config, m->envelope.recipients[i]);
		add_rcpt(r, m, address, i);
		free(address);
	}
	text_copy(m->nexthop, sizeof m->nexthop, NEXTHOP_KEY_HERE);
}

static void take_open(const struct runner *r, struct message *m, struct journal *j)
{
	m->filter = pending_filter(&r->config, m, j);
	tls_optional_note(&r->config, m);
	set_recipients(r, m, j);
	if (m->rcpt_count > 0)
		journal_last(journal_find(j, m->rcpts[0]), &m->last);
	unresolved_find(m, j);
}

static enum message_found read_as(const struct runner *r, struct message *m, enum message_view view,
    struct text *why)
{
	struct journal j;
	enum message_found found = open_message(r, m, &j, why);
	if (found != MESSAGE_READY)
		return found;
	if (view == MESSAGE_FAILED)
		take_unreported(r, m, &j, false);
	else if (j.relayed)
		found = MESSAGE_RELAYED;
	else if (j.owed)
		found = MESSAGE_OWED;
	else if (has_too_many(&r->config, m) && !m->has_journal)
		found = MESSAGE_REFUSED;
	if (found == MESSAGE_RELAYED)
		take_unreported(r, m, &j, true);
	else if (found == MESSAGE_REFUSED)
		name_some(r, m);
	else if (found == MESSAGE_READY && view == MESSAGE_OPEN)
		take_open(r, m, &j);
	journal_free(&j);
	return found;
}

enum message_found message_read(const struct runner *r, struct entry *e, enum message_view view,
    struct message **m, struct text *why)
{
	*m = new_message(e);
	enum message_found found = read_as(r, *m, view, why);
	if (found != MESSAGE_READY && found != MESSAGE_RELAYED && found != MESSAGE_REFUSED) {
		message_free(*m);
		*m = NULL;
	}
	return found;
}
