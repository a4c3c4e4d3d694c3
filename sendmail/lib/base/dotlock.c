/* The lock file. */
#include "base/dotlock.h"
#include "base/clock.h"
#include "base/fdio.h"
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STALE_S 600
#define LOCK_BYTES_MAX 320

static void name_host(char *host, size_t size)
{
	if (gethostname(host, size - 1) != 0)
		host[0] = '\0';
	host[size - 1] = '\0';
}

/* A user may have the name of another one's lock file: that is their mailbox, and no lock.  Nobody
 * knows, for now: the same. */
static bool may_be_mailbox(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
	errno = 0;
	return getpwnam(name) != NULL ||
	       (errno != 0 && errno != ENOENT && errno != ESRCH && errno != EBADF && errno != EPERM);
}

/* What a lock file is like: short, with a number or nothing in it, of this user or of a mail
 * program of root's.  Mail begins with a letter. */
static bool is_like_lock(const struct stat *st, const char *text, ssize_t length)
{
	return S_ISREG(st->st_mode) && st->st_nlink == 1 && st->st_size <= LOCK_BYTES_MAX &&
	       (st->st_uid == geteuid() || st->st_uid == 0) &&
	       (length <= 0 || strchr("0123456789 \n", text[0]) != NULL);
}

/* The lock file's words, without its line end; their length, -1 when it is not like a lock, or
 * nobody knows. */
static ssize_t read_lock(int folder, const char *name, char *text, size_t size, struct stat *st)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool plain = fd >= 0 && fstat(fd, st) == 0 && S_ISREG(st->st_mode);
	ssize_t n = plain ? fdio_read(fd, text, size - 1) : -1;
	if (fd >= 0)
		close(fd);
	/* One that cannot be read is root's own, with no right for anybody. */
	if (fd < 0)
		n = fstatat(folder, name, st, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : -1;
	if (n < 0 || !is_like_lock(st, text, n))
		return -1;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return n;
}

/* Words in it of another kind, or of another machine that shares the folder, say nothing about a
 * process here. */
static enum dotlock look_at(int folder, const char *name)
{
	char text[LOCK_BYTES_MAX + 1], host[256], *rest;
	struct stat st;
	if (read_lock(folder, name, text, sizeof text, &st) < 0)
		return DOTLOCK_BUSY;
	name_host(host, sizeof host);
	long pid = strtol(text, &rest, 10);
	bool of_here = pid > 1 && *rest == ' ' && *host != '\0' && strcmp(rest + 1, host) == 0;
	if (of_here && pid == getpid() && st.st_uid == geteuid())
		return DOTLOCK_OURS;
	bool gone = of_here && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
	if (!gone && clock_wall_s() - st.st_mtime <= STALE_S)
		return DOTLOCK_BUSY;
	return unlinkat(folder, name, 0) == 0 ? DOTLOCK_TAKEN : DOTLOCK_BUSY;
}

enum dotlock dotlock_take(int folder, const char *name)
{
	char text[LOCK_BYTES_MAX], host[256];
	if (may_be_mailbox(name))
		return DOTLOCK_CLOSED;
	int fd, flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	while ((fd = openat(folder, name, flags, 0444)) < 0) {
		if (errno == EACCES || errno == EPERM || errno == EROFS)
			return DOTLOCK_CLOSED;
		if (errno != EEXIST)
			return DOTLOCK_FAILED;
		enum dotlock found = look_at(folder, name);
		if (found != DOTLOCK_TAKEN)
			return found;
	}
	name_host(host, sizeof host);
	int n = snprintf(text, sizeof text, "%ld %s\n", (long)getpid(), host);
	/* An empty lock file, on a full disk, is a lock all the same. */
	bool written = fdio_write(fd, text, (size_t)n);
	(void)written;
	close(fd);
	return DOTLOCK_TAKEN;
}
