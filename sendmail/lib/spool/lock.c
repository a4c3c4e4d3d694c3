/* Lock and trigger.  flock(2): it belongs to the open file, so a relay that outlives its runner
 * keeps the next one out. */
#include "spool/lock.h"
#include "base/fdio.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

void lock_trigger_path(char *path, size_t size, const char *spool)
{
	snprintf(path, size, "%s/trigger", spool);
}

/* A full pipe is as good as a written byte. */
static enum kick ring(int fd)
{
	if (write(fd, "k", 1) == 1 || errno == EAGAIN)
		return KICK_DONE;
	return errno == EPIPE ? KICK_NOBODY : KICK_FAILED;
}

enum kick lock_kick(const char *spool)
{
	char path[1024];
	struct stat st;
	lock_trigger_path(path, sizeof path, spool);
	int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENXIO || errno == ENOENT ? KICK_NOBODY : KICK_FAILED;
	enum kick kick = fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) ? ring(fd) : KICK_FAILED;
	close(fd);
	return kick;
}

int lock_trigger(const char *spool)
{
	char path[1024];
	struct stat st;
	lock_trigger_path(path, sizeof path, spool);
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT && mkfifo(path, 0620) == 0)
		fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	/* Anything else is ready to be read at all times, or never. */
	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISFIFO(st.st_mode))) {
		close(fd);
		errno = ESPIPE;
		fd = -1;
	}
	return fd;
}

bool lock_drain(int trigger_fd)
{
	char bytes[256];
	bool any = false;
	while (fdio_read(trigger_fd, bytes, sizeof bytes) > 0)
		any = true;
	return any;
}

int lock_take(int mqueue_fd)
{
	int fd = openat(mqueue_fd, "runner.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		int saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}
