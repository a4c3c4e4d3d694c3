/* The record is small, so it is read and written whole. */
#include "mailbox/done.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "mailbox/lock_wait.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEEP_BYTES 4096
#define LIMIT_BYTES 65536
#define STRUCK '-'

/* Two deliveries of one user may be under way: each reads and changes the record alone.  False with
 * errno EAGAIN: whoever has it locked keeps it. */
static bool lock(const struct done *d)
{
	for (int tries = 0; !compat_lock_file(d->fd); tries++) {
		if (!lock_wait(tries)) {
			errno = EAGAIN;
			return false;
		}
	}
	return true;
}

/* What was broken off at the end is no line: the next one would become a part of it.  A record that
 * cannot be read is as good as empty. */
static bool read_lines(struct done *d)
{
	d->lines.length = 0;
	bool good = lseek(d->fd, 0, SEEK_SET) == 0 && fdio_slurp(d->fd, &d->lines, LIMIT_BYTES);
	if (!good)
		d->lines.length = 0;
	while (d->lines.length > 0 && d->lines.data[d->lines.length - 1] != '\n')
		d->lines.length--;
	return good;
}

bool done_open(struct done *d, int folder, const char *name)
{
	struct stat st;
	*d = (struct done){.fd = compat_open_at(folder, name, O_RDWR | O_CREAT | O_NONBLOCK)};
	if (d->fd < 0)
		return true;
	if (fstat(d->fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_nlink != 1 ||
	    st.st_uid != geteuid()) {
		done_close(d);
		return true;
	}
	if (!lock(d))
		return false;
	read_lines(d);
	compat_unlock_file(d->fd);
	return true;
}

void done_close(struct done *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
	buffer_free(&d->lines);
}

char *done_find(const struct done *d, const char *key)
{
	size_t length = strlen(key);
	char *place = NULL;
	for (size_t at = 0; at < d->lines.length;) {
		const char *line = d->lines.data + at, *end = memchr(line, '\n', d->lines.length - at);
		if (end == NULL)
			break;
		at = (size_t)(end - d->lines.data) + 1;
		if ((size_t)(end - line) <= length || memcmp(line, key, length) != 0 ||
		    line[length] != '\t')
			continue;
		const char *from = line + length + 1;
		/* A power cut leaves zeros: that is the name of nothing, and says nothing. */
		if (memchr(from, '\0', (size_t)(end - from)) != NULL ||
		    memchr(from, '\t', (size_t)(end - from)) != NULL)
			continue;
		mem_free(&place);
		place = mem_copy_n(from, (size_t)(end - from));
	}
	return place;
}

/* The lines after the first bytes, which are there.  The length first, where it becomes smaller: a
 * process that is killed in between leaves whole lines. */
static bool write_lines(struct done *d, size_t from)
{
	struct stat st;
	if (fstat(d->fd, &st) == 0 && st.st_size > (off_t)d->lines.length &&
	    ftruncate(d->fd, (off_t)d->lines.length) != 0)
		return false;
	return fdio_write_at(d->fd, d->lines.data + from, d->lines.length - from, (off_t)from);
}

/* At the end, where no other line is touched; anew, without the oldest, when that becomes too
   long. */
static bool add_line(struct done *d, const char *key, const char *place)
{
	size_t before = d->lines.length;
	bool shorter = before > KEEP_BYTES;
	while (d->lines.length > KEEP_BYTES) {
		const char *end = memchr(d->lines.data, '\n', d->lines.length);
		buffer_drop(&d->lines, end != NULL ? (size_t)(end - d->lines.data) + 1 : d->lines.length);
	}
	buffer_printf(&d->lines, "%s\t%s\n", key, place);
	return write_lines(d, shorter ? 0 : before);
}

bool done_add(struct done *d, const char *key, const char *place)
{
	if (d->fd < 0)
		return true;
	if (!lock(d))
		return false;
	read_lines(d);
	bool good = add_line(d, key, place);
	compat_unlock_file(d->fd);
	return good;
}

static bool is_to(const char *line, size_t size, const char *place)
{
	size_t wanted = strlen(place);
	return size >= wanted + 2 && line[size - 2 - wanted] == '\t' &&
	       memcmp(line + size - 1 - wanted, place, wanted) == 0;
}

/* One byte is written whole or not at all, and no identifier begins so. */
static bool strike(struct done *d, size_t at)
{
	d->lines.data[at] = STRUCK;
	return fdio_write_at(d->fd, &d->lines.data[at], 1, (off_t)at);
}

/* A record that cannot be read may have the line still. */
static bool strike_line(struct done *d, const char *place, bool last_only)
{
	if (!read_lines(d))
		return errno == EFBIG;
	for (size_t end = d->lines.length, from; end > 0; end = from) {
		for (from = end - 1; from > 0 && d->lines.data[from - 1] != '\n'; from--)
			;
		if (is_to(d->lines.data + from, end - from, place))
			return strike(d, from);
		if (last_only)
			break;
	}
	return true;
}

bool done_undo(struct done *d, const char *place, bool last_only)
{
	if (d->fd < 0)
		return true;
	if (!lock(d))
		return false;
	bool good = strike_line(d, place, last_only);
	compat_unlock_file(d->fd);
	return good;
}
