/* Copies of the heads of messages. */
#include "spool/heads.h"
#include "base/fdio.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WINDOW_BYTES 65536

/* The line before a copy: all of its parts have a fixed width. */
#define LENGTH_AT 78
#define SUM_AT 85
#define LINE_BYTES 94

struct line {
	uint64_t id, inode, size, mtime_ns, owner, length, sum;
};

static uint64_t mtime_ns(const struct stat *st)
{
	return (uint64_t)st->st_mtim.tv_sec * 1000000000u + (uint64_t)st->st_mtim.tv_nsec;
}

/* Eight bytes at a time; nobody gains by making another text of the same sum, since only the runner
 * writes here. */
static uint32_t sum_of(uint64_t sum, const char *bytes, size_t length)
{
	uint64_t part;
	for (; length >= sizeof part; bytes += sizeof part, length -= sizeof part) {
		memcpy(&part, bytes, sizeof part);
		sum = (sum ^ part) * 1099511628211u;
		sum ^= sum >> 32;
	}
	for (; length > 0; bytes++, length--)
		sum = (sum ^ (unsigned char)*bytes) * 1099511628211u;
	return (uint32_t)(sum ^ sum >> 32);
}

static uint32_t sum_of_record(const char *line, const char *head, size_t length)
{
	return sum_of(sum_of(length, line, SUM_AT), head, length);
}

/* What lists do not show stays where it is. */
static void write_head(const struct envelope *e, struct buffer *head)
{
	static char none[1];
	struct envelope shown = *e;
	size_t content_at;
	shown.fullname = shown.flags = shown.body = shown.notify = shown.ret = none;
	shown.envid = shown.tag = none;
	shown.asked_count = 0;
	shown.notes.length = 0;
	envelope_write(&shown, head, &content_at);
}

bool heads_put(struct buffer *records, const char *id, const struct stat *st,
    const struct envelope *e)
{
	struct buffer head = {0};
	char line[LINE_BYTES + 1];
	write_head(e, &head);
	bool fits = head.length <= HEADS_LIMIT_BYTES;
	if (fits) {
		snprintf(line, sizeof line, "%.17s %016llx %016llx %016llx %08lx %06zx ", id,
		    (unsigned long long)st->st_ino, (unsigned long long)st->st_size,
		    (unsigned long long)mtime_ns(st), (unsigned long)st->st_uid & 0xffffffff, head.length);
		snprintf(line + SUM_AT, sizeof line - SUM_AT, "%08lx\n",
		    (unsigned long)sum_of_record(line, head.data, head.length));
		buffer_add(records, line, LINE_BYTES);
		buffer_add(records, head.data, head.length);
	}
	buffer_free(&head);
	return fits;
}

bool heads_append(int mqueue_fd, int64_t file_bytes, const struct buffer *records)
{
	struct stat st;
	int fd = openat(mqueue_fd, HEADS_FILE,
	    O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0640);
	if (fd < 0)
		return false;
	bool as_left = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == file_bytes;
	if (!as_left)
		errno = EINVAL;
	bool done = as_left && fdio_write(fd, records->data, records->length);
	int saved = errno;
	close(fd);
	errno = saved;
	return done;
}

bool heads_open(struct heads *h, int mqueue_fd)
{
	struct stat st;
	*h = (struct heads){.fd = -1};
	int fd = openat(mqueue_fd, HEADS_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return false;
	}
	h->fd = fd;
	h->bytes = st.st_size;
	h->window = mem_alloc(WINDOW_BYTES);
	return true;
}

void heads_close(struct heads *h)
{
	if (h->fd >= 0)
		close(h->fd);
	free(h->window);
	free(h->places);
	*h = (struct heads){.fd = -1};
}

/* Bytes of the file; NULL: it does not have so many. */
static const char *bytes_at(struct heads *h, int64_t at, size_t length)
{
	if (at < h->window_at || at + (int64_t)length > h->window_at + (int64_t)h->window_bytes) {
		ssize_t n = fdio_read_at(h->fd, h->window, WINDOW_BYTES, at);
		h->window_at = at;
		h->window_bytes = n > 0 ? (size_t)n : 0;
	}
	return length <= h->window_bytes ? h->window + (at - h->window_at) : NULL;
}

/* The number of so many hexadecimal digits at *at, which moves past it and one character. */
static bool take_number(const char **at, int digits, char end, uint64_t *number)
{
	*number = 0;
	for (int i = 0; i < digits; i++) {
		int digit = id_digit((*at)[i]);
		if (digit < 0)
			return false;
		*number = *number << 4 | (uint64_t)digit;
	}
	*at += digits + 1;
	return (*at)[-1] == end;
}

static bool parse_line(struct line *l, const char *at)
{
	if (!id_read(at, &l->id))
		return false;
	at += ID_SIZE;
	return at[-1] == ' ' && take_number(&at, 16, ' ', &l->inode) &&
	       take_number(&at, 16, ' ', &l->size) && take_number(&at, 16, ' ', &l->mtime_ns) &&
	       take_number(&at, 8, ' ', &l->owner) && take_number(&at, 6, ' ', &l->length) &&
	       take_number(&at, 8, '\n', &l->sum) && l->length <= HEADS_LIMIT_BYTES;
}

/* The line and the copy at an offset, whole, right or not; NULL: there is none. */
static const char *record_at(struct heads *h, int64_t at, struct line *l)
{
	const char *line = bytes_at(h, at, LINE_BYTES);
	return line != NULL && parse_line(l, line) ? bytes_at(h, at, LINE_BYTES + l->length) : NULL;
}

static bool is_right(const struct line *l, const char *record)
{
	return sum_of_record(record, record + LINE_BYTES, l->length) == l->sum;
}

bool heads_next(struct heads *h, int64_t *at, uint64_t *id)
{
	struct line l;
	const char *record = record_at(h, *at, &l);
	if (record == NULL || !is_right(&l, record))
		return false;
	*id = l.id;
	*at += LINE_BYTES + (int64_t)l.length;
	return true;
}

static int by_id(const void *left, const void *right)
{
	const struct heads_place *a = left, *b = right;
	return (a->id > b->id) - (a->id < b->id);
}

static int64_t next_at(int64_t at, const struct line *l)
{
	return at + LINE_BYTES + (int64_t)l->length;
}

/* Where which copy is. */
static void make_index(struct heads *h)
{
	struct line l;
	size_t size = 0;
	h->indexed = true;
	for (int64_t at = 0; record_at(h, at, &l) != NULL; at = next_at(at, &l)) {
		if (h->count == size) {
			size = size > 0 ? 2 * size : 1024;
			h->places = mem_resize(h->places, size, sizeof *h->places);
		}
		h->places[h->count++] = (struct heads_place){l.id, at};
	}
	if (h->count > 1)
		qsort(h->places, h->count, sizeof *h->places, by_id);
}

/* Mail that was there before the runner copied any may come behind newer mail. */
static bool is_in_order(struct heads *h)
{
	const char *line, *digits;
	uint64_t id, length, before = 0;
	for (int64_t at = 0; (line = bytes_at(h, at, LINE_BYTES)) != NULL; before = id) {
		digits = line + LENGTH_AT;
		if (!id_read(line, &id) || !take_number(&digits, 6, ' ', &length))
			return true;
		if (id < before)
			return false;
		at += LINE_BYTES + (int64_t)length;
	}
	return true;
}

static const char *find_in_index(struct heads *h, uint64_t id, struct line *l)
{
	const struct heads_place wanted = {.id = id}, *found = NULL;
	if (h->count > 0)
		found = bsearch(&wanted, h->places, h->count, sizeof wanted, by_id);
	return found != NULL ? record_at(h, found->at, l) : NULL;
}

/* Who lists walks through the file as it was written; the index is for what is out of that order.
 */
static const char *find_record(struct heads *h, uint64_t id, struct line *l)
{
	if (!h->looked && !is_in_order(h))
		make_index(h);
	h->looked = true;
	while (!h->indexed && id > h->passed) {
		const char *record = record_at(h, h->at, l);
		if (record == NULL || l->id > id)
			return NULL;
		h->at = next_at(h->at, l);
		h->passed = l->id;
		if (l->id == id)
			return record;
	}
	if (!h->indexed)
		make_index(h);
	return find_in_index(h, id, l);
}

bool heads_find(struct heads *h, uint64_t id, const struct stat *st, struct buffer *head)
{
	struct line l;
	const char *record = find_record(h, id, &l);
	if (record == NULL || !is_right(&l, record) || l.id != id || l.inode != (uint64_t)st->st_ino ||
	    l.size != (uint64_t)st->st_size || l.mtime_ns != mtime_ns(st) ||
	    l.owner != ((uint64_t)st->st_uid & 0xffffffff))
		return false;
	head->length = 0;
	buffer_add(head, record + LINE_BYTES, l.length);
	return true;
}
