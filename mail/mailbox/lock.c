/* Locks.  The lock file first: who waits for it holds nothing else.  Where the folder is not ours
   to write in (mail runs without privileges), the kernel's locks stand alone, as in the other mail
   programs there. */
#include "mail/mailbox/lock.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STALE_AFTER_S 300 /* a lock file that nobody has touched for so long was left behind */

enum owner { OWNER_OTHER, OWNER_GONE, OWNER_US };

/* Gone: a process that is no more, or one that wrote no number into the file and has not touched it
   for long.  Us: it could not be removed the last time. */
static enum owner owner_of(const char *dot)
{
	char text[321] = "";
	struct stat st = {0};
	int fd = open(dot, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return OWNER_OTHER;
	bool known = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	ssize_t n = known ? fdio_read(fd, text, sizeof text - 1) : 0;
	close(fd);
	long pid = n > 0 ? atol(text) : 0;
	/* Whatever is not short, or begins with another thing than a number, is no lock but somebody's
	 * file. */
	if (!known || st.st_size >= (off_t)sizeof text ||
	    (n > 0 && strchr("0123456789 \n", text[0]) == NULL) ||
	    (st.st_uid != geteuid() && st.st_uid != 0))
		return OWNER_OTHER;
	if (pid == getpid() && st.st_uid == geteuid())
		return OWNER_US;
	if (pid > 1 && kill((pid_t)pid, 0) != 0 && errno == ESRCH && clock_wall_s() - st.st_mtime > 2)
		return OWNER_GONE;
	return clock_wall_s() - st.st_mtime > STALE_AFTER_S ? OWNER_GONE : OWNER_OTHER;
}

enum dotted { DOT_TAKEN, DOT_WAIT, DOT_IMPOSSIBLE };

static enum dotted take_dot(const char *dot)
{
	char text[32];
	const char *name = strrchr(dot, '/') != NULL ? strrchr(dot, '/') + 1 : dot;
	/* A user of that name: it is his mailbox. */
	if (getpwnam(name) != NULL)
		return DOT_IMPOSSIBLE;
	int fd = open(dot, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 && errno == EEXIST) {
		enum owner owner = owner_of(dot);
		if (owner == OWNER_GONE)
			unlink(dot);
		return owner == OWNER_US ? DOT_TAKEN : DOT_WAIT;
	}
	if (fd < 0)
		return DOT_IMPOSSIBLE;
	int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	/* An empty lock file on a full disk is a lock all the same. */
	bool written = fdio_write(fd, text, (size_t)n);
	(void)written;
	close(fd);
	return DOT_TAKEN;
}

bool lock_take(struct lock *l, int fd, const char *path, long long wait_ms)
{
	char dot[sizeof l->dot];
	bool possible = (size_t)snprintf(dot, sizeof dot, "%s.lock", path) < sizeof dot, dotted = false;
	int64_t end = clock_mono_ms() + wait_ms;
	*l = (struct lock){.fd = fd};
	for (;;) {
		enum dotted d = possible && !dotted ? take_dot(dot) : DOT_IMPOSSIBLE;
		dotted = dotted || d == DOT_TAKEN;
		if (d != DOT_WAIT && compat_lock_file(fd)) {
			text_copy(l->dot, sizeof l->dot, dotted ? dot : "");
			return true;
		}
		int why = d == DOT_WAIT ? EAGAIN : errno;
		if (dotted)
			unlink(dot);
		dotted = false;
		if (why != EAGAIN || clock_mono_ms() >= end) {
			errno = why;
			return false;
		}
		poll(NULL, 0, 100);
	}
}

void lock_release(struct lock *l)
{
	compat_unlock_file(l->fd);
	if (l->dot[0] != '\0')
		unlink(l->dot);
	l->dot[0] = '\0';
}
