/* The FIFO that wakes the runner. */
#include "spool/trigger.h"
#include "base/fdio.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void trigger_path(char *path, size_t size, const char *spool)
{
	snprintf(path, size, "%s/trigger", spool);
}

/* A full pipe is as good as a written byte. */
static enum wake write_byte(int fd)
{
	if (write(fd, "k", 1) == 1 || errno == EAGAIN)
		return WAKE_DONE;
	return errno == EPIPE ? WAKE_NOBODY : WAKE_FAILED;
}

enum wake trigger_wake(const char *spool)
{
	char path[1024];
	struct stat st;
	trigger_path(path, sizeof path, spool);
	int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENXIO || errno == ENOENT ? WAKE_NOBODY : WAKE_FAILED;
	enum wake woken = fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) ? write_byte(fd) : WAKE_FAILED;
	close(fd);
	return woken;
}

int trigger_open(const char *spool)
{
	char path[1024];
	struct stat st;
	trigger_path(path, sizeof path, spool);
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

bool trigger_drain(int fd)
{
	char bytes[256];
	bool any = false;
	while (fdio_read(fd, bytes, sizeof bytes) > 0)
		any = true;
	return any;
}
