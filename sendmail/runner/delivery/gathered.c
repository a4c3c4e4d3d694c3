/* One digest at a time. */
#include "runner/delivery/gathered.h"
#include "base/clock.h"
#include "base/header.h"
#include "base/language.h"
#include "base/log.h"
#include "base/text.h"
#include "message/count.h"
#include "message/digest.h"
#include "message/submission_log.h"
#include "runner/attempt/gather.h"
#include "runner/attempt/gather_key.h"
#include "runner/attempt/message.h"
#include "runner/attempt/placement.h"
#include "runner/disposition/disposition.h"
#include "runner/delivery/whole.h"
#include "runner/notify/notify.h"
#include "runner/notify/original.h"
#include "runner/notify/report_notes.h"
#include "runner/queue/entry.h"
#include "runner/queue/quota.h"
#include "runner/queue/schedule.h"
#include "spool/disk_reserve.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MESSAGES_MAX 1000
#define APART_S (6 * 3600) /* one that was held for days does not make others as old as it is */
#define AGAIN_MS 60000

/* What is put together. */
struct gathering {
	struct runner *r;
	char id[ID_SIZE]; /* of the digest */
	char boundary[ID_SIZE + 32];
	struct digest digest;
	struct envelope envelope; /* of the first message, and then of the digest */
	char *sender;             /* that one's, after policy */
	struct buffer fields;     /* From, To ... of the first message */
	struct buffer notes;
	struct message **messages; /* that are in it; their files are closed */
	int count;
	bool full;
};

/* What a reader answers to, and sorts by. */
static void take_fields(const struct buffer *header, struct buffer *out)
{
	static const char *const names[] = {"From", "Sender", "Reply-To", "To", "Cc"};
	struct header_field f;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (header->length > 0 && header_find(header->data, header->length, names[i], &f))
			buffer_add(out, f.start, f.length);
	}
}

static void set(char **slot, const char *value)
{
	free(*slot);
	*slot = mem_copy(value);
}

/* The envelope of the digest is that of its messages; its time in the queue is the first one's. */
static void take_envelope(struct gathering *g, const struct message *m)
{
	const struct envelope *from = &m->envelope;
	struct envelope *e = &g->envelope;
	TEXT(flags, 80);
	e->created_us = from->created_us;
	e->uid = from->uid;
	set(&e->program, from->program);
	set(&e->login, from->login);
	set(&e->fullname, from->fullname);
	set(&e->sender, from->sender);
	gather_key_flags(from, &flags);
	set(&e->flags, flags.data);
	for (size_t i = 0; i < from->recipient_count; i++)
		envelope_add_recipient(e, from->recipients[i]);
	g->sender = mem_copy(m->sender);
	id_make(g->id, from->created_us / 1000000);
	snprintf(g->boundary, sizeof g->boundary, "firsthop-%s-digest", g->id);
	g->digest.boundary = g->boundary;
}

static bool belongs(const struct gathering *g, const struct message *m)
{
	int64_t apart_s = (m->envelope.created_us - g->envelope.created_us) / 1000000;
	return gather_key_same(&m->envelope, &g->envelope) && apart_s >= -APART_S && apart_s <= APART_S;
}

enum added { ADDED, ADDED_NEXT_TIME, ADDED_NEVER };

static enum added add(struct gathering *g, const struct message *m)
{
	struct buffer header = {0}, whole = {0}, lines = {0};
	size_t limit = (size_t)g->r->config.storm_max_digest_kb << 10;
	TEXT(subject, 200);
	if (g->count > 0 && !belongs(g, m))
		return ADDED_NEXT_TIME;
	bool good = whole_put(&g->r->config, m, &whole);
	bool fits = g->count == 0 || g->digest.parts.length + whole.length <= limit;
	if (good && fits) {
		original_header(m, &header);
		original_subject(&header, &subject);
		if (g->count == 0) {
			take_envelope(g, m);
			take_fields(&header, &g->fields);
		}
		digest_add(&g->digest, m->envelope.created_us / 1000000, subject.data, whole.data,
		    whole.length);
		gather_put_left(m, g->id, &lines);
		report_notes_put(&g->notes, m->id, &lines);
	}
	buffer_free(&header);
	buffer_free(&whole);
	buffer_free(&lines);
	return !good ? ADDED_NEVER : fits ? ADDED : ADDED_NEXT_TIME;
}

/* It goes as if nothing had been gathered. */
static void go_alone(struct runner *r, struct entry *e)
{
	e->gather = ENTRY_ALONE;
	placement_add_again(r, e);
}

/* One message that is due; it was taken out of its schedule. */
static void take(struct gathering *g, struct nexthop *p, struct entry *e)
{
	struct message *m = disposition_begin(g->r, e);
	if (m == NULL)
		return;
	/* Whoever is to get it has it, or may not get it any more. */
	bool plain = m->rcpt_count > 0 && m->held == 0;
	enum added added = plain ? add(g, m) : ADDED_NEVER;
	if (added == ADDED) {
		close(m->fd);
		m->fd = -1;
		g->messages[g->count++] = m;
		return;
	}
	message_free(m);
	if (added == ADDED_NEXT_TIME) {
		schedule_add(&p->schedule, e, clock_mono_ms());
		g->full = true;
	} else {
		go_alone(g->r, e);
	}
}

static int by_age(const void *left, const void *right)
{
	const struct entry *const *a = left, *const *b = right;
	return ((*a)->id > (*b)->id) - ((*a)->id < (*b)->id);
}

/* All that may leave, the oldest first; to be freed. */
static struct entry **collect(const struct schedule *s, uint32_t *count)
{
	struct entry **list = mem_alloc((s->count + 1) * sizeof *list);
	*count = 0;
	for (uint32_t i = 0; i < s->count; i++) {
		if (!s->heap[i]->held)
			list[(*count)++] = s->heap[i];
	}
	qsort(list, *count, sizeof *list, by_age);
	return list;
}

static bool write_digest(struct gathering *g, long long *bytes)
{
	struct runner *r = g->r;
	struct envelope *e = &g->envelope;
	struct buffer text = {0}, file = {0};
	struct diagnosis d = {0};
	TEXT(flags, 80);
	TEXT(words, 100);
	size_t content_at;
	int64_t column = 0;
	language_use(r->config.bounce_language);
	digest_put(&g->digest, clock_wall_s(), g->fields.length > 0 ? buffer_string(&g->fields) : "",
	    &text);
	language_use("");
	text_printf(&flags, "%s%sdigest", e->flags, *e->flags != '\0' ? " " : "");
	set(&e->flags, flags.data);
	count_bytes(&e->content, &column, text.data, text.length);
	buffer_add(&e->notes, g->notes.data, g->notes.length);
	envelope_write(e, &file, &content_at);
	buffer_add(&file, text.data, text.length);
	*bytes = (long long)e->content.bytes;
	notify_announce(r, g->id, "");
	/* Before it is there its announcement has to be, and the names that its messages had in drop/
	   be gone: after a power cut they would be found as new ones. */
	bool done = queue_sync(&r->queue);
	if (!done)
		text_put(&words, strerror(errno));
	else
		done = disk_reserve_create(&r->queue, file.data, file.length, g->id, &d);
	if (!done)
		log_line(LOG_CRIT,
		    "%s: the digest of %d messages from <%s> cannot be written: %s; next try "
		    "in 1 min",
		    g->id, g->count, g->sender, words.length > 0 ? words.data : d.text);
	buffer_free(&text);
	buffer_free(&file);
	return done;
}

/* The messages that are in it leave the queue, for good before the digest can. */
static void end_gathered(struct gathering *g)
{
	for (int i = 0; i < g->count; i++) {
		gather_log_left(g->r, g->messages[i], g->id);
		disposition_end_reported(g->r, g->messages[i]);
	}
	if (!queue_sync(&g->r->queue))
		log_line(LOG_ERR, "mqueue/ cannot be synced: %s", strerror(errno));
}

static void enter_digest(struct gathering *g, long long bytes)
{
	struct runner *r = g->r;
	log_line(LOG_INFO, "%s: digest of %d messages from <%s>", g->id, g->count, g->sender);
	submission_log_queued(g->id, g->sender, bytes, g->envelope.recipient_count);
	r->counters.digests++;
	r->counters.gathered += (unsigned)g->count;
	r->counters.changed = true;
	struct entry *e = entry_new(&r->entries, id_pack(g->id));
	e->gather = ENTRY_ALONE;
	quota_take(r, e, g->id, false);
	placement_add_new(r, e);
}

/* What is in no digest: alone it goes by itself, several try again. */
static void give_back(struct gathering *g, struct nexthop *p)
{
	for (int i = 0; i < g->count; i++) {
		struct entry *e = g->messages[i]->entry;
		message_free(g->messages[i]);
		if (g->count == 1)
			go_alone(g->r, e);
		else
			schedule_add(&p->schedule, e, clock_mono_ms() + AGAIN_MS);
	}
}

static void end(struct gathering *g, struct nexthop *p)
{
	long long bytes;
	if (g->count > 1 && write_digest(g, &bytes)) {
		end_gathered(g);
		enter_digest(g, bytes);
	} else {
		give_back(g, p);
	}
	digest_free(&g->digest);
	envelope_free(&g->envelope);
	free(g->sender);
	buffer_free(&g->fields);
	buffer_free(&g->notes);
	free(g->messages);
}

void gathered_send(struct runner *r, struct nexthop *p, int64_t now)
{
	const struct entry *first = schedule_first(&p->schedule);
	if (first == NULL || first->held || first->due_ms > now || !r->config_good || r->leaving)
		return;
	struct gathering g = {.r = r};
	uint32_t count;
	struct entry **list = collect(&p->schedule, &count);
	envelope_init(&g.envelope);
	g.messages = mem_alloc((count + 1) * sizeof *g.messages);
	uint32_t i = 0;
	for (; i < count && !g.full && g.count < MESSAGES_MAX; i++) {
		schedule_take(&p->schedule, list[i]);
		take(&g, p, list[i]);
	}
	/* The next digest follows at once. */
	for (; i < count && g.count > 1; i++)
		schedule_move(&p->schedule, list[i], now);
	free(list);
	end(&g, p);
}
