/* Appending.  What did not fit is taken back. */
#include "mail/mailbox/append.h"
#include "base/fdio.h"
#include "mail/mailbox/mailbox_lock.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_WAIT_MS 10000

/* Line ends that are missing between what is there and a "From " line. */
static const char *gap(int fd, off_t size)
{
	char last[2];
	if (size == 0)
		return "";
	if (size == 1 || pread(fd, last, 2, size - 2) != 2)
		return "\n\n";
	if (last[1] != '\n')
		return "\n\n";
	return last[0] == '\n' ? "" : "\n";
}

static bool write_end(int fd, enum append_kind kind, const char *bytes, size_t length)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return false;
	const char *before = kind == APPEND_MBOX ? gap(fd, st.st_size) : "";
	size_t n = 0;
	while (before[n] != '\0')
		n++;
	if (fdio_write(fd, before, n) && fdio_write(fd, bytes, length) && fdio_sync(fd))
		return true;
	int saved = errno;
	if (ftruncate(fd, st.st_size) == 0)
		fdio_sync(fd);
	errno = saved;
	return false;
}

bool append_file(const char *path, enum append_kind kind, const char *bytes, size_t length)
{
	struct stat st;
	struct mailbox_lock lock;
	int flags = O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK;
	int fd = open(path, flags | O_RDWR, 0600);
	if (fd < 0 && errno == EACCES)
		fd = open(path, flags | O_WRONLY, 0600);
	if (fd < 0)
		return false;
	bool good = fstat(fd, &st) == 0;
	if (good && S_ISCHR(st.st_mode)) {
		good = fdio_write(fd, bytes, length);
	} else if (good && !S_ISREG(st.st_mode)) {
		errno = EINVAL;
		good = false;
	} else if (good && kind == APPEND_TEXT) {
		good = write_end(fd, kind, bytes, length);
	} else if (good) {
		good = mailbox_lock_take(&lock, fd, path, LOCK_WAIT_MS);
		if (good) {
			good = write_end(fd, kind, bytes, length);
			int saved = errno;
			mailbox_lock_release(&lock);
			errno = saved;
		}
	}
	int saved = errno;
	close(fd);
	errno = saved;
	return good;
}
