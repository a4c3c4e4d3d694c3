/* The traditional mailbox. */
#include "base/clock.h"
#include "base/compat.h"
#include "base/dotlock.h"
#include "base/fdio.h"
#include "base/mailbox_form.h"
#include "base/paths.h"
#include "base/text.h"
#include "mailbox/done.h"
#include "mailbox/lock_wait.h"
#include "mailbox/mailbox.h"
#include "mailbox/note.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define SLACK_BYTES 1024 /* of the From line, and of lines that get an arrow */

static enum dotlock take_lock_file(int folder, const char *name)
{
	enum dotlock got;
	for (int tries = 0; (got = dotlock_take(folder, name)) == DOTLOCK_BUSY; tries++) {
		if (!lock_wait(tries))
			break;
	}
	/* Left by a process that had this one's number. */
	return got == DOTLOCK_OURS ? DOTLOCK_TAKEN : got;
}

static bool take_locks(int fd)
{
	int tries = 0;
	while (!compat_lock_file(fd)) {
		if (!lock_wait(tries++))
			return false;
	}
	return true;
}

static int open_mailbox(const struct delivery *d, int folder)
{
	int flags = O_RDWR | O_APPEND | O_NONBLOCK;
	int fd = compat_open_at(folder, d->user, flags);
	if (fd < 0 && errno == ENOENT && d->may_create)
		fd = compat_open_at(folder, d->user, flags | O_CREAT | O_EXCL);
	return fd;
}

/* The file that was opened and locked is the one of that name, a plain one, of its user, with no
 * other name. */
static bool is_safe(const struct delivery *d, int folder, int fd, struct stat *st)
{
	struct stat named;
	return fstat(fd, st) == 0 && fstatat(folder, d->user, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(st->st_mode) && st->st_nlink == 1 && st->st_uid == d->owner &&
	       named.st_ino == st->st_ino && named.st_dev == st->st_dev;
}

/* Whole lines of in go to out; at the end the rest, too. */
static void quote(struct buffer *in, bool at_end, struct buffer *out)
{
	buffer_drop(in, in->length > 0 ? mailbox_form_lines(out, in->data, in->length, at_end) : 0);
}

static void put_start(const struct delivery *d, int fd, const struct stat *st, struct buffer *out)
{
	char last = '\n';
	if (st->st_size > 0 && pread(fd, &last, 1, st->st_size - 1) == 1 && last != '\n')
		buffer_add(out, "\n\n", 2);
	mailbox_form_start(out, d->sender, clock_wall_s());
}

/* What is written beside the mailbox, in this order: the note, then the line of the record that it
 * vouches for. */
struct beside {
	struct note note;
	struct done done;
	char place[24]; /* in the record: the length of the mailbox before */
};

static bool announce(const struct delivery *d, const struct stat *st, struct beside *b,
    const struct buffer *start)
{
	return note_write(&b->note, st, start) &&
	       (*d->key == '\0' || done_add(&b->done, d->key, b->place));
}

static bool write_all(const struct delivery *d, int fd, const struct stat *st, struct beside *b)
{
	struct buffer in = {0}, out = {0};
	char bytes[16384];
	long long left = d->bytes;
	ssize_t n;
	bool good = true, noted = false;
	/* Room first: with a quota that is used up, a file system that copies on write (btrfs) does not
	 * even cut back what was begun. */
	if (!compat_reserve(fd, st->st_size, (off_t)d->bytes + SLACK_BYTES))
		return false;
	put_start(d, fd, st, &out);
	do {
		n = mailbox_read(d, &left, bytes, sizeof bytes);
		buffer_add(&in, bytes, n > 0 ? (size_t)n : 0);
		quote(&in, n == 0, &out);
		if (n == 0)
			buffer_add(&out, "\n", 1);
		good =
		    n >= 0 && (noted || announce(d, st, b, &out)) && fdio_write(fd, out.data, out.length);
		noted = true;
		out.length = 0;
	} while (good && n > 0);
	buffer_free(&in);
	buffer_free(&out);
	return good && fdio_sync(fd);
}

/* The name of a new mailbox may not be durable yet. */
static bool store(const struct delivery *d, int folder, int fd, const struct stat *st,
    struct beside *b)
{
	return write_all(d, fd, st, b) && mailbox_is_heard() && note_remove(&b->note) &&
	       (b->note.fd >= 0 || st->st_size > 0 || fdio_sync(folder));
}

static int give_up(const struct delivery *d, int fd, const struct stat *st, struct beside *b)
{
	int saved = errno;
	bool back = note_cut(fd, st->st_size);
	/* A note that stays does no harm, and has the rest cut back, and the record put right, by
	 * whoever comes next. */
	if (back && done_undo(&b->done, b->place, true))
		note_remove(&b->note);
	errno = saved;
	return mailbox_later(d,
	    saved == ENOSPC || saved == EDQUOT || saved == EFBIG ? "mailbox-full" : "mailbox-error",
	    back ? "write the mailbox" : "write the mailbox, and cut it back:", d->user);
}

/* A note that is still there takes back the delivery that it was written for.  Without notes there
 * is no record either. */
static bool open_record(const struct delivery *d, int folder, struct beside *b)
{
	char name[100], place[24];
	snprintf(name, sizeof name, ".firsthop-done.%.70s", d->user);
	snprintf(place, sizeof place, "%lld", (long long)b->note.promised_at);
	b->done = (struct done){.fd = -1};
	if (b->note.fd >= 0 && *d->key != '\0' && !done_open(&b->done, folder, name))
		return false;
	return b->note.promised_at < 0 || done_undo(&b->done, place, true);
}

static int append_once(const struct delivery *d, int folder, int fd, struct stat *st,
    struct beside *b, const char *removed)
{
	char *before = done_find(&b->done, d->key);
	if (before != NULL) {
		free(before);
		if (!note_remove(&b->note))
			return mailbox_later(d, "mailbox-error",
			    "see what an interrupted delivery left in the mailbox", d->user);
		text_printf(d->words,
		    "in %s/%s since an earlier attempt, whose session was ended before it could say so",
		    paths_mail(), d->user);
		return EX_OK;
	}
	snprintf(b->place, sizeof b->place, "%lld", (long long)st->st_size);
	if (!store(d, folder, fd, st, b))
		return give_up(d, fd, st, b);
	text_printf(d->words, "appended to %s/%s%s", paths_mail(), d->user, removed);
	return EX_OK;
}

static int append(const struct delivery *d, int folder, int fd)
{
	struct stat st;
	struct beside b;
	TEXT(removed, 200);
	if (!take_locks(fd))
		return mailbox_later(d, "mailbox-locked", "somebody holds the lock of the mailbox",
		    d->user);
	errno = 0;
	if (!is_safe(d, folder, fd, &st))
		return mailbox_later(d, errno != 0 ? "mailbox-error" : "mailbox-unsafe",
		    errno != 0 ? "look at the mailbox"
		               : "not a plain file of its user with one name: the mailbox",
		    d->user);
	if (!note_open(&b.note, folder, d->user) || !note_obey(&b.note, fd, &st, &removed) ||
	    !open_record(d, folder, &b))
		return mailbox_later(d, "mailbox-error",
		    "see what an interrupted delivery left in the mailbox", d->user);
	int code = append_once(d, folder, fd, &st, &b, removed.data);
	done_close(&b.done);
	return code;
}

int deliver_mbox(const struct delivery *d)
{
	char lock[80];
	snprintf(lock, sizeof lock, "%.63s.lock", d->user);
	int folder = open(paths_mail(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return mailbox_later(d, "mailbox-error", "open", paths_mail());
	enum dotlock locked = take_lock_file(folder, lock);
	if (locked == DOTLOCK_BUSY || locked == DOTLOCK_FAILED)
		return mailbox_later(d,
		    locked == DOTLOCK_FAILED && errno != ENOSPC && errno != EDQUOT ? "mailbox-error"
		                                                                   : "mailbox-locked",
		    "cannot have the lock", lock);
	int fd = open_mailbox(d, folder), code;
	if (fd < 0)
		code = mailbox_later(d,
		    errno == ELOOP   ? "mailbox-unsafe"
		    : !d->may_create ? "mailbox-root"
		                     : "mailbox-error",
		    "open the mailbox", d->user);
	else
		code = append(d, folder, fd);
	if (locked == DOTLOCK_TAKEN)
		unlinkat(folder, lock, 0);
	return code;
}
