/* Copies of heads, for lists. */
#include "runner/queue/heads_keep.h"
#include "base/clock.h"
#include "message/envelope.h"
#include "runner/queue/schedule.h"
#include "spool/disk_space.h"
#include "spool/heads.h"
#include <unistd.h>

#define PART_MESSAGES 300
#define PART_EVERY_MS 100
#define BUSY_MS 1000 /* mail that goes out fast will not be listed */
#define BUSY_SENT 20
#define FAILED_MS 600000
#define FINISH_MS 1000

static void end_walk(struct heads_keep *k)
{
	idlist_free(&k->todo);
	k->at = 0;
}

static void begin_anew(struct heads_keep *k, struct runner *r)
{
	struct entry *e;
	uint32_t at = 0;
	while ((e = idmap_next(&r->entries, &at)) != NULL)
		e->copied = false;
	unlinkat(r->queue.mqueue_fd, HEADS_FILE, 0);
	k->bytes = k->records = 0;
	end_walk(k);
	k->adopted = r->adopted - r->entries.count; /* as if all had come just now */
}

static bool is_mostly_old(const struct heads_keep *k, const struct runner *r)
{
	return k->records > 4 * r->entries.count + HEADS_KEEP_FROM;
}

static bool wants_walk(const struct heads_keep *k, const struct runner *r)
{
	uint32_t count = r->entries.count;
	unsigned long long fresh = r->adopted - k->adopted;
	return count >= HEADS_KEEP_FROM && fresh >= HEADS_KEEP_FROM / 2 && fresh >= count / 8;
}

static bool has_work(const struct heads_keep *k, const struct runner *r)
{
	return k->todo.count > 0 || is_mostly_old(k, r) || wants_walk(k, r);
}

void heads_keep_load(struct heads_keep *k, struct runner *r)
{
	struct heads h;
	uint64_t id;
	uint32_t known = 0;
	bool whole = true;
	if (heads_open(&h, r->queue.mqueue_fd)) {
		for (; heads_next(&h, &k->bytes, &id); k->records++) {
			struct entry *e = idmap_find(&r->entries, id);
			known += e != NULL && !e->copied;
			if (e != NULL)
				e->copied = true;
		}
		whole = k->bytes == h.bytes;
		heads_close(&h);
	}
	if (whole)
		k->adopted = r->adopted - (r->entries.count - known); /* the others: likewise */
	else
		begin_anew(k, r);
	k->sent = r->sent;
	k->next_ms = clock_mono_ms() + BUSY_MS;
}

/* False: it is not copied. */
static bool copy(const struct runner *r, const struct entry *e, struct buffer *records,
    struct buffer *head)
{
	struct envelope envelope;
	struct diagnosis d;
	struct stat st;
	char id[ID_SIZE];
	id_unpack(e->id, id);
	int fd = queue_message(&r->queue, id, NULL, NULL);
	if (fd < 0)
		return false;
	bool done = envelope_look(&envelope, fd, head, &d) && fstat(fd, &st) == 0 &&
	            heads_put(records, id, &st, &envelope);
	envelope_free(&envelope);
	close(fd);
	return done;
}

/* What is to be copied, in the order in which lists read it. */
static void begin_walk(struct heads_keep *k, struct runner *r)
{
	struct entry *e;
	uint32_t at = 0;
	k->adopted = r->adopted;
	k->at = 0;
	while ((e = idmap_next(&r->entries, &at)) != NULL) {
		if (!e->copied)
			idlist_add_packed(&k->todo, e->id);
	}
	idlist_sort(&k->todo);
}

static void collect(struct heads_keep *k, const struct runner *r, struct buffer *records)
{
	struct buffer head = {0};
	for (int i = 0; i < PART_MESSAGES && k->at < k->todo.count; i++) {
		struct entry *e = idmap_find(&r->entries, k->todo.ids[k->at++]);
		if (e == NULL || e->copied)
			continue;
		e->copied = true;
		k->records += copy(r, e, records, &head);
	}
	buffer_free(&head);
	if (k->at == k->todo.count)
		end_walk(k);
}

/* False: it cannot be written for now. */
static bool write_part(struct heads_keep *k, struct runner *r)
{
	struct buffer records = {0};
	struct disk_space room;
	if (!disk_space_look(&room, r->queue.mqueue_fd) || !disk_space_is_enough(&room))
		return false;
	collect(k, r, &records);
	bool done = records.length == 0 || heads_append(r->queue.mqueue_fd, k->bytes, &records);
	if (done)
		k->bytes += (int64_t)records.length;
	else
		begin_anew(k, r);
	buffer_free(&records);
	return done;
}

static bool work(struct heads_keep *k, struct runner *r)
{
	if (is_mostly_old(k, r))
		begin_anew(k, r);
	if (k->todo.count == 0 && wants_walk(k, r))
		begin_walk(k, r);
	return k->todo.count == 0 || write_part(k, r);
}

void heads_keep_look(struct heads_keep *k, struct runner *r)
{
	int64_t now = clock_mono_ms();
	if (now < k->next_ms || !has_work(k, r))
		return;
	bool busy = r->sent - k->sent > BUSY_SENT;
	k->sent = r->sent;
	k->next_ms = now + (busy ? BUSY_MS : PART_EVERY_MS);
	if (!busy && !work(k, r))
		k->next_ms = now + FAILED_MS;
}

int64_t heads_keep_left_ms(const struct heads_keep *k, const struct runner *r)
{
	int64_t left = k->next_ms - clock_mono_ms();
	return !has_work(k, r) ? -1 : left > 0 ? left : 0;
}

void heads_keep_end(struct heads_keep *k, struct runner *r, bool finish)
{
	int64_t until_ms = clock_mono_ms() + FINISH_MS;
	while (finish && has_work(k, r) && clock_mono_ms() < until_ms && work(k, r))
		;
	end_walk(k);
}
