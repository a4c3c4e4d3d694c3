/* Changing a mailbox in place.  The order of steps is what keeps it safe:
   1. journal, synced;  2. room: if the mailbox grows, empty lines at its end, synced;  3. the new
   bytes over the old ones, synced;
   4. the end cut off, if it shrinks;  5. the journal removed.
   Whatever a crash leaves, rewrite_mailbox_plan can tell from the bytes which step was reached, and
   where mail that came later begins. */
#include "mail/mailbox/rewrite_mailbox.h"
#include "base/fdio.h"
#include "mail/mailbox/rewrite_journal.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool write_at(int fd, const char *bytes, size_t length, size_t offset)
{
	while (length > 0) {
		ssize_t n = pwrite(fd, bytes, length, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		offset += (size_t)n;
		length -= (size_t)n;
	}
	return true;
}

/* Step 2; undone when there is no room. */
static bool make_room(int fd, size_t from, size_t to)
{
	char blank[4096];
	memset(blank, '\n', sizeof blank);
	for (size_t at = from; at < to; at += sizeof blank) {
		if (!write_at(fd, blank, to - at < sizeof blank ? to - at : sizeof blank, at))
			return false;
	}
	return fdio_sync(fd);
}

static bool cut(int fd, size_t length)
{
	return ftruncate(fd, (off_t)length) == 0 && fdio_sync(fd);
}

static enum rewrite_result apply(int fd, const struct rewrite_journal *j, struct text *why)
{
	size_t old_end = j->start + j->old_length, new_end = j->start + j->new_length;
	if (new_end > old_end && !make_room(fd, old_end, new_end)) {
		text_printf(why, "%s", strerror(errno));
		return cut(fd, old_end) ? REWRITE_KEPT : REWRITE_BROKEN;
	}
	if (write_at(fd, j->new_part, j->new_length, j->start) && fdio_sync(fd) &&
	    (new_end >= old_end || cut(fd, new_end)))
		return REWRITE_DONE;
	text_printf(why, "%s", strerror(errno));
	return write_at(fd, j->old_part, j->old_length, j->start) && cut(fd, old_end) ? REWRITE_KEPT
	                                                                              : REWRITE_BROKEN;
}

static void put_journal(struct buffer *out, const char *path, const struct rewrite_journal *j)
{
	struct buffer both = {0};
	buffer_add(&both, j->old_part, j->old_length);
	buffer_add(&both, j->new_part, j->new_length);
	buffer_printf(out,
	    "firsthop-mail-rewrite: 1\nmailbox: %s\nstart: %zu\nold: %zu\nnew: %zu\nsum: %016llx\n\n",
	    path, j->start, j->old_length, j->new_length,
	    (unsigned long long)rewrite_journal_sum(both.data, both.length));
	buffer_add(out, both.data, both.length);
	buffer_free(&both);
}

static size_t common_start(const struct buffer *a, const struct buffer *b)
{
	size_t n = 0;
	while (n < a->length && n < b->length && a->data[n] == b->data[n])
		n++;
	return n;
}

enum rewrite_result rewrite_mailbox(int fd, const char *path, const struct buffer *old_bytes,
    const struct buffer *new_bytes, struct text *why)
{
	struct buffer bytes = {0};
	char name[1100];
	size_t start = common_start(old_bytes, new_bytes);
	/* A mailbox that only loses its end: one call, that happens or not. */
	if (start == new_bytes->length) {
		if (start == old_bytes->length || cut(fd, start))
			return REWRITE_DONE;
		text_printf(why, "%s", strerror(errno));
		return REWRITE_KEPT;
	}
	struct rewrite_journal j = {.start = start,
	    .old_part = old_bytes->length > start ? old_bytes->data + start : "",
	    .old_length = old_bytes->length - start,
	    .new_part = new_bytes->data + start,
	    .new_length = new_bytes->length - start};
	if (text_has_control(path)) {
		text_put(why, "its name has control characters");
		return REWRITE_KEPT;
	}
	put_journal(&bytes, path, &j);
	bool kept = rewrite_journal_write(name, sizeof name, path, &bytes);
	buffer_free(&bytes);
	if (!kept) {
		text_printf(why,
		    "%s; there is no room for a safety copy beside it, in the home or in TMPDIR",
		    strerror(errno));
		return REWRITE_KEPT;
	}
	enum rewrite_result result = apply(fd, &j, why);
	if (result != REWRITE_BROKEN)
		unlink(name);
	return result;
}

static bool take_size(const char **at, const char *key, size_t *value)
{
	char *end;
	if (!text_starts(*at, key))
		return false;
	errno = 0;
	unsigned long long number = strtoull(*at + strlen(key), &end, 10);
	if (errno != 0 || *end != '\n' || number > MAILBOX_LIMIT_BYTES)
		return false;
	*value = (size_t)number;
	*at = end + 1;
	return true;
}

static bool read_journal(struct rewrite_journal *j, const char *path, const char *bytes,
    size_t length)
{
	char head[1400], first[1200];
	size_t n = length < sizeof head - 1 ? length : sizeof head - 1,
	       sum_length = strlen("sum: 0123456789abcdef\n\n");
	const char *at = head;
	memcpy(head, bytes, n);
	head[n] = '\0';
	snprintf(first, sizeof first, "firsthop-mail-rewrite: 1\nmailbox: %s\n", path);
	if (!text_starts(head, first))
		return false;
	at += strlen(first);
	if (!take_size(&at, "start: ", &j->start) || !take_size(&at, "old: ", &j->old_length) ||
	    !take_size(&at, "new: ", &j->new_length))
		return false;
	if (!text_starts(at, "sum: ") || strlen(at) < sum_length)
		return false;
	size_t data = (size_t)(at - head) + sum_length;
	if (length - data != j->old_length + j->new_length ||
	    strtoull(at + 5, NULL, 16) != rewrite_journal_sum(bytes + data, length - data))
		return false;
	j->old_part = bytes + data;
	j->new_part = bytes + data + j->old_length;
	return true;
}

/* Every byte of the change is an old one, a new one, or of the room that was made. */
static bool is_mixture(const struct rewrite_journal *j, const char *now, size_t end)
{
	for (size_t i = 0; i < end; i++) {
		char c = now[j->start + i];
		if (!(i < j->new_length && c == j->new_part[i]) &&
		    !(i < j->old_length && c == j->old_part[i]) && !(i >= j->old_length && c == '\n'))
			return false;
	}
	return true;
}

enum rewrite_mailbox_plan rewrite_mailbox_plan(const struct rewrite_journal *j, const char *now,
    size_t length, struct buffer *out)
{
	size_t most = j->old_length > j->new_length ? j->old_length : j->new_length;
	if (length < j->start)
		return PLAN_FOREIGN;
	const char *part = now + j->start;
	size_t left = length - j->start;
	if (left >= j->old_length && memcmp(part, j->old_part, j->old_length) == 0)
		return PLAN_NOTHING;
	bool written = left >= j->new_length && memcmp(part, j->new_part, j->new_length) == 0;
	size_t shorter = j->old_length > j->new_length ? j->old_length - j->new_length : 0;
	if (written && (shorter == 0 || left < j->old_length ||
	                   memcmp(part + j->new_length, j->old_part + j->new_length, shorter) != 0))
		return PLAN_NOTHING;
	if (left < most || !is_mixture(j, now, most))
		return PLAN_FOREIGN;
	buffer_add(out, now, j->start);
	buffer_add(out, j->new_part, j->new_length);
	buffer_add(out, part + most, left - most);
	return PLAN_WRITE;
}

/* A journal that fits no more is set aside: its old bytes may be somebody's mail. */
static bool set_aside(const char *name, struct text *why)
{
	char aside[1200];
	snprintf(aside, sizeof aside, "%s.kept", name);
	if (rename(name, aside) == 0)
		text_printf(why,
		    "another program has changed it since a session was killed; the copy from before that "
		    "is kept in %s",
		    aside);
	return true;
}

bool rewrite_mailbox_recover(int fd, const char *path, struct text *why)
{
	struct buffer bytes = {0}, now = {0}, wanted = {0};
	struct rewrite_journal j;
	char name[1100];
	bool good = true;
	if (!rewrite_journal_find(name, sizeof name, path, &bytes))
		return true;
	if (!read_journal(&j, path, bytes.data, bytes.length)) {
		unlink(name); /* not whole: the change had not begun */
	} else if (lseek(fd, 0, SEEK_SET) != 0 || !fdio_slurp(fd, &now, MAILBOX_LIMIT_BYTES)) {
		text_printf(why, "%s", strerror(errno));
		good = false;
	} else {
		enum rewrite_mailbox_plan plan =
		    rewrite_mailbox_plan(&j, now.length > 0 ? now.data : "", now.length, &wanted);
		if (plan == PLAN_NOTHING)
			unlink(name);
		else if (plan == PLAN_FOREIGN)
			good = set_aside(name, why);
		else
			good = rewrite_mailbox(fd, path, &now, &wanted, why) == REWRITE_DONE &&
			       (unlink(name) == 0 || errno == ENOENT);
	}
	buffer_free(&bytes);
	buffer_free(&now);
	buffer_free(&wanted);
	return good;
}
