/* A fault at one of the changes that a program makes to files (preloaded into mail).
     MAILFAULT_AT=N       the Nth change: creating, writing, syncing, cutting, renaming, removing;
                          writes to pipes and terminals do not count
     MAILFAULT=kill       killed before it
     MAILFAULT=torn       killed after half of a write
     MAILFAULT=ENOSPC     or EIO: it fails, and so do all writes and syncs after it
     MAILFAULT_HIT=FILE   comes to be when the change was reached */
#define _GNU_SOURCE 1
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

static long count;

static void hit(void)
{
	const char *name = getenv("MAILFAULT_HIT");
	if (name != NULL)
		REAL(close)(REAL(open)(name, O_CREAT | O_WRONLY, 0600));
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

#define CHANGE(room, call)           \
	do {                             \
		int fault = point(room);     \
		if (fault < 0)               \
			kill(getpid(), SIGKILL); \
		if (fault > 0) {             \
			errno = fault;           \
			return -1;               \
		}                            \
		return call;                 \
	} while (0)

ssize_t write(int fd, const void *bytes, size_t length)
{
	int fault = is_file(fd) ? point(true) : 0;
	if (fault < 0) {
		(void)!REAL(write)(fd, bytes, length / 2);
		kill(getpid(), SIGKILL);
	}
	errno = fault;
	return fault > 0 ? -1 : REAL(write)(fd, bytes, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at)
{
	int fault = is_file(fd) ? point(true) : 0;
	if (fault < 0) {
		(void)!REAL(pwrite)(fd, bytes, length / 2, at);
		kill(getpid(), SIGKILL);
	}
	errno = fault;
	return fault > 0 ? -1 : REAL(pwrite)(fd, bytes, length, at);
}

int open(const char *name, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	int mode = flags & O_CREAT ? va_arg(args, int) : 0;
	va_end(args);
	if ((flags & O_CREAT) == 0)
		return REAL(open)(name, flags);
	CHANGE(false, REAL(open)(name, flags, mode));
}

int fsync(int fd)
{
	CHANGE(true, REAL(fsync)(fd));
}
int ftruncate(int fd, off_t length)
{
	CHANGE(false, REAL(ftruncate)(fd, length));
}
int rename(const char *from, const char *to)
{
	CHANGE(false, REAL(rename)(from, to));
}
int unlink(const char *name)
{
	CHANGE(false, REAL(unlink)(name));
}
