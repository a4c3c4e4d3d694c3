/* flock(2): it belongs to the open file, so a relay that outlives its runner keeps the next one
 * out. */
#include "spool/runner_lock.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

int runner_lock_take(int mqueue_fd)
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
