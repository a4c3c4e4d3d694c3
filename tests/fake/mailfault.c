/* A fault at one of the changes that a program makes to files (preloaded into mail).
   MAILFAULT_AT=N      the Nth change: creating, writing, syncing, cutting, renaming, removing; writes to pipes and terminals do not count
   MAILFAULT=kill      killed before it; "torn": after half of a write; "ENOSPC" or "EIO": it fails, and so do all writes and syncs after it
   MAILFAULT_HIT=FILE  comes to be when the change was reached */
#define _GNU_SOURCE 1
#undef _FORTIFY_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static long count;

static void hit(void)
{
	const char *name = getenv("MAILFAULT_HIT");
	if (name != NULL)
		syscall(SYS_close, syscall(SYS_openat, AT_FDCWD, name, O_CREAT | O_WRONLY, 0600));
}

/* 0: it goes on; an errno: it fails; -1: half of it, then death. */
static int point(bool room)
{
	const char *at = getenv("MAILFAULT_AT"), *kind = getenv("MAILFAULT");
	long wanted = at != NULL ? atol(at) : 0;
	if (wanted == 0 || kind == NULL)
		return 0;
	bool disk = strcmp(kind, "kill") != 0 && strcmp(kind, "torn") != 0;
	count++;
	if (count < wanted || (count > wanted && !(disk && room)))
		return 0;
	if (count == wanted)
		hit();
	if (strcmp(kind, "torn") == 0)
		return -1;
	if (!disk)
		kill(getpid(), SIGKILL);
	return strcmp(kind, "EIO") == 0 ? EIO : ENOSPC;
}

static bool is_file(int fd)
{
	struct stat st;
	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

#define CHANGE(room, call) \
	do { \
		int fault = point(room); \
		if (fault < 0) \
			kill(getpid(), SIGKILL); \
		if (fault > 0) { \
			errno = fault; \
			return -1; \
		} \
		return (int)(call); \
	} while (0)

ssize_t write(int fd, const void *bytes, size_t length)
{
	int fault = is_file(fd) ? point(true) : 0;
	if (fault < 0) {
		syscall(SYS_write, fd, bytes, length / 2);
		kill(getpid(), SIGKILL);
	}
	errno = fault;
	return fault > 0 ? -1 : syscall(SYS_write, fd, bytes, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at)
{
	int fault = is_file(fd) ? point(true) : 0;
	if (fault < 0) {
		syscall(SYS_pwrite64, fd, bytes, length / 2, at);
		kill(getpid(), SIGKILL);
	}
	errno = fault;
	return fault > 0 ? -1 : syscall(SYS_pwrite64, fd, bytes, length, at);
}

int open(const char *name, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	int mode = flags & O_CREAT ? va_arg(args, int) : 0;
	va_end(args);
	if ((flags & O_CREAT) == 0)
		return (int)syscall(SYS_openat, AT_FDCWD, name, flags, 0);
	CHANGE(false, syscall(SYS_openat, AT_FDCWD, name, flags, mode));
}

int fsync(int fd) { CHANGE(true, syscall(SYS_fsync, fd)); }
int ftruncate(int fd, off_t length) { CHANGE(false, syscall(SYS_ftruncate, fd, length)); }
int rename(const char *from, const char *to) { CHANGE(false, syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0)); }
int unlink(const char *name) { CHANGE(false, syscall(SYS_unlinkat, AT_FDCWD, name, 0)); }
