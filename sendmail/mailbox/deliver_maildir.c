/* The mailbox of one file per message, and what both kinds share. */
#include "base/compat.h"
#include "base/fdio.h"
#include "base/mailbox_form.h"
#include "mailbox/done.h"
#include "mailbox/mailbox.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

int mailbox_failed(const struct delivery *d, const char *key)
{
	d->answer->verb = MAILBOX_FAILED;
	text_copy(d->answer->key, sizeof d->answer->key, key);
	return EX_TEMPFAIL;
}

int mailbox_later(const struct delivery *d, const char *key, const char *what, const char *name)
{
	text_printf(d->words, "%s %.200s%s%s", what, name, errno != 0 ? ": " : "",
	    errno != 0 ? strerror(errno) : "");
	return mailbox_failed(d, key);
}

ssize_t mailbox_read(const struct delivery *d, long long *left, char *bytes, size_t size)
{
	if (*left == 0)
		return 0;
	ssize_t n = fdio_read(d->in_fd, bytes, *left < (long long)size ? (size_t)*left : size);
	if (n == 0) {
		errno = EPIPE;
		return -1;
	}
	*left -= n > 0 ? n : 0;
	return n;
}

bool mailbox_is_heard(void)
{
	struct pollfd p = {.fd = STDOUT_FILENO};
	if (poll(&p, 1, 0) <= 0 || (p.revents & (POLLERR | POLLHUP)) == 0)
		return true;
	errno = EPIPE;
	return false;
}

/* A folder below another one, of the right user, made when it is missing; -1 with errno (EPERM: not
 * theirs). */
static int folder_in(const struct delivery *d, int parent, const char *name)
{
	struct stat st;
	if (mkdirat(parent, name, 0700) != 0 && errno != EEXIST)
		return -1;
	int fd = compat_open_at(parent, name, O_RDONLY | O_DIRECTORY);
	if (fd < 0 || (fstat(fd, &st) == 0 && st.st_uid == d->owner))
		return fd;
	close(fd);
	errno = EPERM;
	return -1;
}

static bool write_file(const struct delivery *d, int fd)
{
	char bytes[16384];
	long long left = d->bytes;
	ssize_t n;
	while ((n = mailbox_read(d, &left, bytes, sizeof bytes)) > 0) {
		if (!fdio_write(fd, bytes, (size_t)n))
			return false;
	}
	return n == 0 && fdio_sync(fd);
}

/* In cur/ a mail reader may have put flags after the name. */
static bool is_in_cur(int folder, const char *name)
{
	size_t length = strlen(name);
	int fd = openat(folder, "cur", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *cur = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	bool there = false;
	while (cur != NULL && !there && (entry = readdir(cur)) != NULL)
		there = strncmp(entry->d_name, name, length) == 0 &&
		        (entry->d_name[length] == '\0' || entry->d_name[length] == ':');
	if (cur != NULL)
		closedir(cur);
	else if (fd >= 0)
		close(fd);
	return there;
}

/* The name in tmp/ goes last: without it the message was there, and whoever read it has removed it
 * since. */
static bool was_delivered(int folder, int tmp, int new, const char *name)
{
	if (faccessat(new, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return fdio_sync(new);
	return is_in_cur(folder, name) || faccessat(tmp, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
}

static int store(const struct delivery *d, int tmp, int new, struct done *done)
{
	char name[200];
	mailbox_form_file(name, sizeof name);
	int fd = openat(tmp, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool good = fd >= 0 && write_file(d, fd);
	good = good && (*d->key == '\0' || done_add(done, d->key, name));
	if (good && mailbox_is_heard() && fdio_move_at(tmp, name, new, name)) {
		text_printf(d->words, "Maildir of %s, %s", d->user, name);
		return EX_OK;
	}
	int saved = errno;
	if (fd >= 0 && done_undo(done, name, false)) {
		unlinkat(new, name, 0);
		unlinkat(tmp, name, 0);
	}
	errno = saved;
	return mailbox_later(d,
	    saved == ENOSPC || saved == EDQUOT || saved == EFBIG ? "mailbox-full" : "mailbox-error",
	    "write into the Maildir of", d->user);
}

/* cur/ is made last, when the names of the others are durable: who finds it need not ask again. */
static bool make_durable(const struct delivery *d, int home, int folder)
{
	if (faccessat(folder, "cur", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	int cur = fdio_sync(home) && fdio_sync(folder) ? folder_in(d, folder, "cur") : -1;
	if (cur < 0)
		return false;
	close(cur);
	return fdio_sync(folder);
}

static int store_once(const struct delivery *d, int folder, int tmp, int new)
{
	struct done done = {.fd = -1};
	if (*d->key != '\0' && !done_open(&done, folder, ".firsthop-done")) {
		done_close(&done);
		return mailbox_later(d, "mailbox-locked",
		    "somebody holds the lock of .firsthop-done in the Maildir of", d->user);
	}
	char *before = done_find(&done, d->key);
	int code = EX_OK;
	if (before != NULL && was_delivered(folder, tmp, new, before))
		text_printf(d->words,
		    "in the Maildir of %s since an earlier attempt, whose session was ended before it "
		    "could say so",
		    d->user);
	else
		code = store(d, tmp, new, &done);
	free(before);
	done_close(&done);
	return code;
}

int deliver_maildir(const struct delivery *d)
{
	struct stat st;
	int home = open(d->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (home < 0 || fstat(home, &st) != 0 || st.st_uid != d->owner) {
		errno = home < 0 ? errno : EPERM;
		return mailbox_later(d, "mailbox-unsafe", "the home of", d->user);
	}
	int folder = folder_in(d, home, "Maildir");
	int tmp = folder >= 0 ? folder_in(d, folder, "tmp") : -1;
	int new = tmp >= 0 ? folder_in(d, folder, "new") : -1;
	if (new < 0 || !make_durable(d, home, folder))
		return mailbox_later(d,
		    errno == EPERM || errno == ELOOP || errno == ENOTDIR ? "mailbox-unsafe"
		                                                         : "mailbox-error",
		    "the Maildir of", d->user);
	return store_once(d, folder, tmp, new);
}
