/* Who is gathered. */
#include "runner/attempt/gather.h"
#include "base/clock.h"
#include "base/text.h"
#include "diagnosis/report.h"
#include "runner/attempt/gather_key.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/notes.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/queue/storm.h"
#include "runner/queue/watcher.h"
#include <string.h>

/* What asks for more than plain delivery goes by itself: reports about it, an identifier, TLS or
   SMTPUTF8 on the whole way; and reports and digests of our own, which have to be the end of a
   storm. */
static bool is_plain(const struct envelope *e)
{
	static const char *const special[] = {"bounce", "digest", "requiretls", "utf8"};
	for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
		if (envelope_has_flag(e, special[i]))
			return false;
	}
	return *e->sender != '\0' && *e->notify == '\0' && *e->ret == '\0' && *e->envid == '\0' &&
	       e->asked_count == 0;
}

static bool may_be_gathered(const struct config *c, const struct message *m)
{
	const struct content *content = &m->envelope.content;
	return m->entry->attempts == 0 && !m->has_journal && m->held == 0 && m->rcpt_count > 0 &&
	       is_plain(&m->envelope) && !content->has_nul &&
	       content->bytes <= (int64_t)c->storm_max_message_kb << 10;
}

/* The first of those that are gathered with it and wait; NULL: there is none. */
static const struct entry *find_others(const struct nexthops *n, const char *path)
{
	const struct entry *e = NULL;
	for (int i = 0; i < n->count; i++) {
		if (strcmp(n->list[i]->key, path) == 0)
			e = schedule_first(&n->list[i]->schedule);
	}
	return e != NULL && !e->held ? e : NULL;
}

static void put_why(const struct config *c, const struct message *m, struct diagnosis *d)
{
	bool by_sender = c->storm_by == CONFIG_STORM_SENDER;
	diag_set(d, VERDICT_DEFERRED, STAGE_NONE, REASON_GATHERED,
	    "gathered for a digest: more than %d messages %s <%.200s> came within %d min",
	    c->storm_messages, by_sender ? "of" : "to", by_sender ? m->sender : m->rcpts[0],
	    c->storm_within_min);
	d->fault = FAULT_CONFIG;
}

static void log_one(const struct runner *r, const struct message *m, const char *address,
    int64_t next_s, const struct diagnosis *d)
{
	report_log(&(struct report_delivery){.id = m->id,
	               .sender = m->sender,
	               .recipient = address,
	               .orig_to = "",
	               .attempt = 0,
	               .delay_s = ages_of(&r->ages, m->envelope.created_us / 1000000),
	               .next_s = next_s},
	    d, "");
}

/* Not synced: what is forgotten by a crash is decided anew. */
static void note(struct runner *r, const struct message *m, int64_t wait_s)
{
	struct diagnosis d = {0};
	struct buffer lines = {0};
	int64_t now_s = clock_wall_s();
	put_why(&r->config, m, &d);
	for (int i = 0; i < m->all.count; i++) {
		log_one(r, m, m->all.addresses[i], wait_s, &d);
		journal_put_rcpt(&lines, now_s, m->all.addresses[i], false, &d);
	}
	journal_put_wait(&lines, now_s, (int)wait_s);
	watcher_lines(m->entry, &lines);
	notes_append(&r->notes, &r->queue, m->id, &lines, false);
	buffer_free(&lines);
}

bool gather_begin(struct runner *r, struct message *m, char path[RULES_PATH_SIZE], int64_t *due_ms)
{
	const struct config *c = &r->config;
	int64_t now = clock_mono_ms();
	if (m->entry->gather != ENTRY_UNDECIDED || c->storm_messages == 0 || m->filter != NULL)
		return false;
	m->entry->gather = ENTRY_ALONE;
	if (!may_be_gathered(c, m))
		return false;
	bool storm = storm_arrives(&r->storm, gather_key_count(&m->envelope, c->storm_by),
	    c->storm_messages, (int64_t)c->storm_within_min * 60000, now);
	gather_key_path(&m->envelope, path);
	/* It would overtake those that wait. */
	const struct entry *others = find_others(&r->nexthops, path);
	if (!storm && others == NULL)
		return false;
	int64_t usual_ms = now + (int64_t)c->storm_digest_every_min * 60000;
	*due_ms = others == NULL ? usual_ms : others->due_ms > now ? others->due_ms : now;
	m->entry->gather = ENTRY_GATHERED;
	note(r, m, (*due_ms - now + 999) / 1000);
	return true;
}

static void put_left(const char *digest_id, struct diagnosis *d)
{
	diag_set(d, VERDICT_SENT, STAGE_NONE, REASON_NONE, "forwarded as %s, a digest", digest_id);
	text_copy(d->peer_name, sizeof d->peer_name, "digest");
}

void gather_put_left(const struct message *m, const char *digest_id, struct buffer *lines)
{
	struct diagnosis d = {0};
	put_left(digest_id, &d);
	for (int i = 0; i < m->all.count; i++)
		journal_put_rcpt(lines, clock_wall_s(), m->all.addresses[i], false, &d);
}

void gather_log_left(const struct runner *r, const struct message *m, const char *digest_id)
{
	struct diagnosis d = {0};
	put_left(digest_id, &d);
	for (int i = 0; i < m->all.count; i++)
		log_one(r, m, m->all.addresses[i], 0, &d);
}
