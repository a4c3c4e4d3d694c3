/* The record is small, so it is read and written whole. */
#include "mailbox/done.h"
#include "base/fdio.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEEP_BYTES 4096
#define LIMIT_BYTES 65536

void done_open(struct done *d, int folder, const char *name)
{
	struct stat st;
	*d = (struct done){
	    .fd = openat(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600)};
	if (d->fd < 0)
		return;
	bool ours =
	    fstat(d->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 && st.st_uid == geteuid();
	if (ours && fdio_slurp(d->fd, &d->lines, LIMIT_BYTES))
		return;
	d->lines.length = 0;
	if (ours)
		return;
	close(d->fd);
	d->fd = -1;
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
		mem_free(&place);
		place = mem_copy_n(line + length + 1, (size_t)(end - line) - length - 1);
	}
	return place;
}

/* The length first, where it becomes smaller: a process that is killed in between leaves whole
 * lines. */
static bool write_lines(struct done *d)
{
	struct stat st;
	if (fstat(d->fd, &st) == 0 && st.st_size > (off_t)d->lines.length &&
	    ftruncate(d->fd, (off_t)d->lines.length) != 0)
		return false;
	return d->lines.length == 0 || fdio_write_at(d->fd, d->lines.data, d->lines.length, 0);
}

bool done_add(struct done *d, const char *key, const char *place)
{
	if (d->fd < 0)
		return true;
	while (d->lines.length > KEEP_BYTES) {
		const char *end = memchr(d->lines.data, '\n', d->lines.length);
		buffer_drop(&d->lines, end != NULL ? (size_t)(end - d->lines.data) + 1 : d->lines.length);
	}
	buffer_printf(&d->lines, "%s\t%s\n", key, place);
	return write_lines(d);
}

bool done_undo(struct done *d, const char *place)
{
	size_t length = d->lines.length, from = length;
	if (d->fd < 0 || length == 0)
		return true;
	for (from = length - 1; from > 0 && d->lines.data[from - 1] != '\n'; from--)
		;
	const char *line = d->lines.data + from;
	size_t size = length - from, wanted = strlen(place);
	if (line[size - 1] != '\n' || size < wanted + 2 ||
	    memcmp(line + size - 1 - wanted, place, wanted) != 0 || line[size - 2 - wanted] != '\t')
		return true;
	d->lines.length = from;
	return write_lines(d);
}
