/* The journal: writing and folding. */
#include "spool/journal.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/text.h"
#include "spool/disk_reserve.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ATTEMPTS_MAX 1000000 /* more were never made */
#define LINE_LIMIT_BYTES (1u << 20)
#define APPEND_TRIES 3 /* an outcome that is not on the disk may become a second delivery */

static struct journal_rcpt *rcpt_entry(struct journal *j, const char *address)
{
	size_t at = lookup_find(&j->known, address);
	if (at != LOOKUP_NONE)
		return &j->rcpts[at];
	j->rcpts = mem_grow(j->rcpts, j->rcpt_count, sizeof *j->rcpts);
	struct journal_rcpt *r = &j->rcpts[j->rcpt_count++];
	*r = (struct journal_rcpt){.address = mem_copy(address)};
	lookup_add(&j->known, r->address);
	return r;
}

static void fold_rcpt(struct journal *j, const char *fields)
{
	char address[400];
	if (!fields_get(fields, "address", address, sizeof address))
		return;
	struct journal_rcpt *r = rcpt_entry(j, address);
	/* Delivered stays delivered, whatever a later line says. */
	if (r->verdict != VERDICT_SENT) {
		free(r->last);
		r->last = mem_copy(fields);
		r->verdict = diag_read_verdict(fields);
	}
	r->attempt = j->attempts;
	r->next = fields_get_number(fields, "next", 0) != 0;
}

static void fold_relayed(struct journal *j, const char *fields)
{
	char address[400];
	if (fields_get(fields, "address", address, sizeof address))
		j->relayed = rcpt_entry(j, address)->relayed = true;
}

static void fold_reported(struct journal *j)
{
	j->relayed = false;
	for (size_t i = 0; i < j->rcpt_count; i++)
		j->rcpts[i].relayed = false;
}

/* It was set aside, and an operator wants it tried again: what failed is open. */
static void fold_revived(struct journal *j)
{
	j->revived = true;
	j->done = j->owed = false;
	j->until_s = 0;
	for (size_t i = 0; i < j->rcpt_count; i++) {
		if (j->rcpts[i].verdict == VERDICT_FAILED)
			j->rcpts[i].verdict = VERDICT_DEFERRED;
	}
}

static void fold_filtered(struct journal *j, const char *fields)
{
	char name[40];
	size_t length = strlen(j->filtered);
	if (!fields_get(fields, "name", name, sizeof name) || journal_filtered(j, name) ||
	    length + strlen(name) + 2 > sizeof j->filtered)
		return;
	snprintf(j->filtered + length, sizeof j->filtered - length, "%s ", name);
}

static void fold_held(struct journal *j, const char *fields)
{
	j->held = true;
	j->held_by = fields_get_number(fields, "by", -1);
	if (!fields_get(fields, "text", j->held_why, sizeof j->held_why))
		j->held_why[0] = '\0';
}

/* One more line, without its end; it may be cut up. */
static void fold(struct journal *j, char *line)
{
	char *rest;
	long long when = strtoll(line, &rest, 10);
	if (rest == line || *rest != ' ')
		return;
	const char *verb = rest + 1;
	const char *fields = verb + strcspn(verb, " ");
	size_t length = (size_t)(fields - verb);
	if (length == 7 && memcmp(verb, "attempt", 7) == 0) {
		long long n = fields_get_number(fields, "n", 0);
		j->attempts = n > 0 && n <= ATTEMPTS_MAX ? (int)n : j->attempts + 1;
		j->last_s = when;
		j->until_s = 0;
	} else if (length == 4 && memcmp(verb, "rcpt", 4) == 0) {
		fold_rcpt(j, fields);
	} else if (length == 7 && memcmp(verb, "relayed", 7) == 0) {
		fold_relayed(j, fields);
	} else if (length == 8 && memcmp(verb, "reported", 8) == 0) {
		fold_reported(j);
	} else if (length == 4 && memcmp(verb, "wait", 4) == 0) {
		j->wait_s = (int)fields_get_number(fields, "s", 0);
		j->until_s = fields_get_number(fields, "until", 0);
	} else if (length == 6 && memcmp(verb, "warned", 6) == 0) {
		j->warned = true;
	} else if (length == 8 && memcmp(verb, "expanded", 8) == 0) {
		j->expanded = true;
	} else if (length == 4 && memcmp(verb, "held", 4) == 0) {
		fold_held(j, fields);
	} else if (length == 8 && memcmp(verb, "released", 8) == 0) {
		j->held = false;
	} else if (length == 8 && memcmp(verb, "filtered", 8) == 0) {
		fold_filtered(j, fields);
	} else if (length == 4 && memcmp(verb, "owed", 4) == 0) {
		j->owed = true;
	} else if (length == 7 && memcmp(verb, "revived", 7) == 0) {
		fold_revived(j);
	} else if (length == 4 && memcmp(verb, "done", 4) == 0) {
		j->done = true;
	}
}

/* Folds the whole lines at the start of bytes; returns how many bytes those are. */
static size_t fold_lines(struct journal *j, struct buffer *bytes)
{
	size_t used = 0;
	char *line;
	while ((line = fdio_next_line(bytes, &used)) != NULL)
		fold(j, line);
	return used;
}

void journal_parse(struct journal *j, const char *bytes, size_t length)
{
	struct buffer copy = {0};
	*j = (struct journal){0};
	buffer_add(&copy, bytes, length);
	fold_lines(j, &copy);
	buffer_free(&copy);
}

/* Piece by piece: what is kept in memory is what the lines come to. */
static bool read_pieces(struct journal *j, int fd)
{
	struct buffer piece = {0};
	char bytes[65536];
	ssize_t n;
	while ((n = fdio_read(fd, bytes, sizeof bytes)) > 0) {
		buffer_add(&piece, bytes, (size_t)n);
		buffer_drop(&piece, fold_lines(j, &piece));
		/* No line of ours is that long: what is left of this file makes no sense. */
		if (piece.length > LINE_LIMIT_BYTES)
			break;
	}
	int saved = errno;
	buffer_free(&piece);
	errno = saved;
	return n >= 0;
}

bool journal_too_long(int mqueue_fd, const char *id)
{
	char name[64];
	struct stat st;
	snprintf(name, sizeof name, "%s.log", id);
	return fstatat(mqueue_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st.st_size > (off_t)JOURNAL_LIMIT_BYTES;
}

bool journal_read(struct journal *j, int mqueue_fd, const char *id)
{
	char name[64];
	struct stat st;
	*j = (struct journal){0};
	snprintf(name, sizeof name, "%s.log", id);
	int fd = openat(mqueue_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT;
	bool done = fstat(fd, &st) == 0;
	if (done && st.st_size > (off_t)JOURNAL_LIMIT_BYTES) {
		errno = EFBIG;
		done = false;
	}
	done = done && read_pieces(j, fd);
	int saved = errno;
	close(fd);
	errno = saved;
	return done;
}

void journal_free(struct journal *j)
{
	for (size_t i = 0; i < j->rcpt_count; i++) {
		free(j->rcpts[i].address);
		free(j->rcpts[i].last);
	}
	free(j->rcpts);
	lookup_free(&j->known);
	*j = (struct journal){0};
}

const struct journal_rcpt *journal_find(const struct journal *j, const char *address)
{
	size_t at = lookup_find(&j->known, address);
	return at != LOOKUP_NONE ? &j->rcpts[at] : NULL;
}

void journal_last(const struct journal_rcpt *r, struct diagnosis *d)
{
	*d = (struct diagnosis){0};
	if (r == NULL || r->last == NULL)
		return;
	diag_read(d, r->last);
	d->verdict = r->verdict;
}

bool journal_settled(const struct journal *j, const char *address)
{
	const struct journal_rcpt *r = journal_find(j, address);
	return r != NULL && (r->verdict == VERDICT_SENT || r->verdict == VERDICT_FAILED);
}

bool journal_filtered(const struct journal *j, const char *filter)
{
	size_t length = strlen(filter);
	for (const char *at = j->filtered; *at != '\0'; at += strcspn(at, " ") + 1) {
		if (strncmp(at, filter, length) == 0 && at[length] == ' ')
			return true;
	}
	return false;
}

void journal_put_word(struct buffer *lines, int64_t wall_s, const char *verb)
{
	buffer_printf(lines, "%lld %s\n", (long long)wall_s, verb);
}

void journal_put_attempt(struct buffer *lines, int64_t wall_s, int attempt)
{
	buffer_printf(lines, "%lld attempt n=%d\n", (long long)wall_s, attempt);
}

static void put_line(struct buffer *lines, int64_t wall_s, const char *verb, struct buffer *fields)
{
	buffer_printf(lines, "%lld %s ", (long long)wall_s, verb);
	buffer_add(lines, fields->data, fields->length);
	buffer_add(lines, "\n", 1);
	buffer_free(fields);
}

void journal_put_step(struct buffer *lines, int64_t wall_s, const char *text)
{
	struct buffer fields = {0};
	fields_put(&fields, "text", text);
	put_line(lines, wall_s, "step", &fields);
}

void journal_put_rcpt(struct buffer *lines, int64_t wall_s, const char *address, bool next,
    const struct diagnosis *d)
{
	struct buffer fields = {0};
	fields_put(&fields, "address", address);
	if (next)
		fields_put_number(&fields, "next", 1);
	diag_write(d, &fields);
	put_line(lines, wall_s, "rcpt", &fields);
}

void journal_put_filtered(struct buffer *lines, int64_t wall_s, const char *filter, const char *how,
    const char *text)
{
	struct buffer fields = {0};
	fields_put(&fields, "name", filter);
	fields_put(&fields, "how", how);
	fields_put(&fields, "text", text);
	put_line(lines, wall_s, "filtered", &fields);
}

void journal_put_held(struct buffer *lines, int64_t wall_s, int64_t uid, const char *why)
{
	struct buffer fields = {0};
	fields_put_number(&fields, "by", uid);
	if (*why != '\0')
		fields_put(&fields, "text", why);
	put_line(lines, wall_s, "held", &fields);
}

void journal_put_relayed(struct buffer *lines, int64_t wall_s, const char *address)
{
	struct buffer fields = {0};
	fields_put(&fields, "address", address);
	put_line(lines, wall_s, "relayed", &fields);
}

void journal_put_wait(struct buffer *lines, int64_t wall_s, int wait_s)
{
	buffer_printf(lines, "%lld wait s=%d until=%lld\n", (long long)wall_s, wait_s,
	    (long long)wall_s + wait_s);
}

/* Closes a torn last line. */
static bool mend_end(int fd, off_t size)
{
	char last;
	if (size == 0 || pread(fd, &last, 1, size - 1) != 1 || last == '\n')
		return true;
	return fdio_write(fd, "\n", 1);
}

static bool append_once(const struct queue *q, const char *name, const struct buffer *lines,
    bool sync)
{
	struct stat st;
	int fd = openat(q->mqueue_fd, name, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		return false;
	bool sized = fstat(fd, &st) == 0;
	bool done = sized && mend_end(fd, st.st_size) && fdio_write(fd, lines->data, lines->length);
	/* A new file's name may not be durable yet. */
	if (done && sync)
		done = fdio_sync(fd) && (st.st_size > 0 || fdio_sync(q->mqueue_fd));
	int saved = errno;
	/* Half a line, or one of which nobody knows whether it is on the disk, is written again as a
	 * whole. */
	if (sized && !done && ftruncate(fd, st.st_size) != 0)
		saved = errno;
	close(fd);
	errno = saved;
	return done;
}

bool journal_append(const struct queue *q, const char *id, const struct buffer *lines, bool sync)
{
	char name[64];
	snprintf(name, sizeof name, "%s.log", id);
	for (int i = 1; i < APPEND_TRIES; i++) {
		if (append_once(q, name, lines, sync))
			return true;
		disk_reserve_spend(q);
	}
	return append_once(q, name, lines, sync);
}
