/* Notes of what is being appended. */
#include "mailbox/note.h"
#include "base/compat.h"
#include "base/fdio.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define START_BYTES 1000
#define LIMIT_BYTES (START_BYTES + 200)
#define FROM_LINE_BYTES 600 /* an address and a date */
#define WINDOW_BYTES 16384

struct promise {
	uint64_t device, inode;
	int64_t at;
	const char *start;
	size_t length;
};

bool note_open(struct note *n, int folder, const char *user)
{
	struct stat st;
	n->folder = folder;
	n->promised_at = -1;
	snprintf(n->name, sizeof n->name, ".firsthop-mbox.%.70s", user);
	n->fd = compat_open_at(folder, n->name, O_RDWR | O_CREAT | O_NONBLOCK);
	if (n->fd < 0)
		return errno == EACCES || errno == EPERM || errno == EROFS || errno == ELOOP ||
		       errno == EISDIR || errno == ENXIO;
	if (fstat(n->fd, &st) != 0)
		return false;
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1 || st.st_uid != geteuid()) {
		close(n->fd);
		n->fd = -1;
	}
	return true;
}

/* False for a note that was not written to its end: nothing was appended then. */
static bool understand(struct buffer *text, struct promise *p)
{
	int used = 0;
	*p = (struct promise){0};
	if (sscanf(buffer_string(text), "firsthop-mbox %" SCNu64 " %" SCNu64 " %" SCNd64 "%n",
	        &p->device, &p->inode, &p->at, &used) != 3)
		return false;
	if (used == 0 || (size_t)used + 1 >= text->length || text->data[used] != '\n' || p->at < 0)
		return false;
	p->start = text->data + used + 1;
	p->length = text->length - (size_t)used - 1;
	return memchr(p->start, '\n', p->length) != NULL;
}

/* The bytes at the noted place are those that were to come there; after a power cut some may have
 * stayed zero. */
static bool begins_so(int mailbox, const struct promise *p, int64_t size)
{
	char bytes[START_BYTES];
	size_t length = size - p->at < (int64_t)p->length ? (size_t)(size - p->at) : p->length;
	if (pread(mailbox, bytes, length, (off_t)p->at) != (ssize_t)length)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] != p->start[i] && bytes[i] != '\0')
			return false;
	}
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A From line, with a time of day in it; lines of ours that begin so have an arrow. */
static bool is_from_line(const char *bytes, size_t at, size_t length)
{
	size_t left = length - at < FROM_LINE_BYTES ? length - at : FROM_LINE_BYTES;
	const char *line = bytes + at, *end = memchr(line, '\n', left);
	size_t n = end != NULL ? (size_t)(end - line) : left;
	for (size_t i = 5; i + 5 <= n && at > 0 && line[-1] != '>'; i++) {
		if (is_digit(line[i]) && is_digit(line[i + 1]) && line[i + 2] == ':' &&
		    is_digit(line[i + 3]) && is_digit(line[i + 4]))
			return true;
	}
	return false;
}

/* Another message begins after the start of ours, be it in the middle of a line that was cut off.
 * True, too, when that cannot be read. */
static bool has_more_behind(int mailbox, const struct promise *p, int64_t size)
{
	char bytes[WINDOW_BYTES + FROM_LINE_BYTES];
	const char *line = compat_find(p->start, p->length, "From ");
	int64_t at = p->at + (line != NULL ? line - p->start : 0) + 4;
	while (at < size) {
		ssize_t n = pread(mailbox, bytes, sizeof bytes, (off_t)at);
		if (n <= 0)
			return true;
		for (size_t from = 0; (line = compat_find(bytes + from, (size_t)n - from, "From ")) != NULL;
		     from = (size_t)(line - bytes) + 5) {
			if (is_from_line(bytes, (size_t)(line - bytes), (size_t)n))
				return true;
		}
		at += n == (ssize_t)sizeof bytes ? WINDOW_BYTES : n;
	}
	return false;
}

bool note_cut(int mailbox, off_t length)
{
	int result;
	do
		result = ftruncate(mailbox, length);
	while (result != 0 && errno == EINTR);
	return result == 0 && fdio_sync(mailbox);
}

bool note_obey(struct note *n, int mailbox, struct stat *st, struct text *answer)
{
	struct buffer text = {0};
	struct promise p;
	if (n->fd < 0)
		return true;
	bool good = fdio_slurp(n->fd, &text, LIMIT_BYTES) || errno == EFBIG, done = false;
	bool understood = good && understand(&text, &p);
	n->promised_at = understood ? p.at : -1;
	if (understood && p.device == (uint64_t)st->st_dev && p.inode == (uint64_t)st->st_ino &&
	    st->st_size > p.at) {
		long long bytes = (long long)st->st_size - p.at;
		done = begins_so(mailbox, &p, st->st_size) && !has_more_behind(mailbox, &p, st->st_size);
		good = !done || note_cut(mailbox, (off_t)p.at);
		if (done)
			text_printf(answer, "; %lld bytes of a message that was broken off there were removed",
			    bytes);
		else
			text_put(answer,
			    "; a message had been broken off there, and another program has changed "
			    "the mailbox since: see whether a part of it stayed");
	}
	if (good && done)
		st->st_size = (off_t)p.at;
	buffer_free(&text);
	return good;
}

bool note_write(struct note *n, const struct stat *st, const struct buffer *start)
{
	struct buffer text = {0};
	if (n->fd < 0)
		return true;
	buffer_printf(&text, "firsthop-mbox %" PRIu64 " %" PRIu64 " %" PRId64 "\n",
	    (uint64_t)st->st_dev, (uint64_t)st->st_ino, (int64_t)st->st_size);
	buffer_add(&text, start->data, start->length < START_BYTES ? start->length : START_BYTES);
	bool good = ftruncate(n->fd, 0) == 0 && fdio_write_at(n->fd, text.data, text.length, 0) &&
	            fdio_sync(n->fd) && fdio_sync(n->folder);
	buffer_free(&text);
	return good;
}

bool note_remove(struct note *n)
{
	return n->fd < 0 || (unlinkat(n->folder, n->name, 0) == 0 && fdio_sync(n->folder));
}
