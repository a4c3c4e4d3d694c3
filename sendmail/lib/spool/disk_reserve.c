/* The reserve.  Its bytes are random, because a file system that compresses would keep no room for
 * others. */
#include "spool/disk_reserve.h"
#include "base/compat.h"
#include "base/fdio.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdint.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define NAME "reserve"
#define TEMP "t.reserve"

static bool has_plenty(const struct queue *q)
{
	struct statvfs st;
	return fstatvfs(q->mqueue_fd, &st) == 0 &&
	       (uint64_t)st.f_bavail * st.f_frsize > 8 * (uint64_t)RESERVE_FILE_BYTES;
}

void disk_reserve_keep(const struct queue *q)
{
	uint32_t words[1024];
	if (faccessat(q->mqueue_fd, NAME, F_OK, 0) == 0 || !has_plenty(q))
		return;
	int fd =
	    openat(q->mqueue_fd, TEMP, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool done = fd >= 0;
	for (size_t written = 0; done && written < RESERVE_FILE_BYTES; written += sizeof words) {
		for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
			words[i] = compat_random();
		done = fdio_write(fd, words, sizeof words);
	}
	if (fd >= 0)
		close(fd);
	if (!done || renameat(q->mqueue_fd, TEMP, q->mqueue_fd, NAME) != 0)
		unlinkat(q->mqueue_fd, TEMP, 0);
}

bool disk_reserve_spend(const struct queue *q)
{
	int saved = errno;
	bool spent = (saved == ENOSPC || saved == EDQUOT) && unlinkat(q->mqueue_fd, NAME, 0) == 0;
	errno = saved;
	return spent;
}

bool disk_reserve_create(struct queue *q, const char *bytes, size_t length, const char *id,
    struct diagnosis *why)
{
	return queue_create(q, bytes, length, id, why) ||
	       (disk_reserve_spend(q) && queue_create(q, bytes, length, id, why));
}
