/* The lock file. */
#include "mbox/dotlock.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "mbox/mailbox.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STALE_S 600

static void name_host(char *host, size_t size)
{
	if (gethostname(host, size - 1) != 0)
		host[0] = '\0';
	host[size - 1] = '\0';
}

/* Words in it of another kind, or of another machine that shares the folder, say nothing about a process here. */
static bool is_left_behind(int folder, const char *name)
{
	char text[320] = "", host[256], *rest;
	struct stat st;
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && clock_wall_s() - st.st_mtime > STALE_S;
	bool known = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	ssize_t n = known ? fdio_read(fd, text, sizeof text - 1) : 0;
	close(fd);
	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
	name_host(host, sizeof host);
	long pid = strtol(text, &rest, 10);
	if (pid > 1 && *rest == ' ' && *host != '\0' && strcmp(rest + 1, host) == 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH)
		return true;
	return known && clock_wall_s() - st.st_mtime > STALE_S;
}

enum dotlock dotlock_take(int folder, const char *name)
{
	char text[320], host[256];
	for (int tries = 0;; tries++) {
		int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
		if (fd >= 0) {
			name_host(host, sizeof host);
			int n = snprintf(text, sizeof text, "%ld %s\n", (long)getpid(), host);
			/* An empty lock file is a lock all the same. */
			bool written = fdio_write(fd, text, (size_t)n);
			(void)written;
			close(fd);
			return DOTLOCK_TAKEN;
		}
		if (errno == EACCES || errno == EPERM || errno == EROFS)
			return DOTLOCK_CLOSED;
		if (errno != EEXIST)
			return DOTLOCK_FAILED;
		if (is_left_behind(folder, name) && unlinkat(folder, name, 0) == 0)
			continue;
		if (!mailbox_keep_trying(tries))
			return DOTLOCK_BUSY;
	}
}
