/* Whole reads and writes.  EINTR and short counts are handled here and nowhere else. */
#include "base/fdio.h"
#include "base/compat.h"
#include "base/language.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define REFUSED_TRIES 100 /* 50 ms apart */

bool fdio_write(int fd, const void *bytes, size_t length)
{
	const char *at = bytes;
	while (length > 0) {
		ssize_t n = write(fd, at, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (n == 0)
				errno = EIO;
			return false;
		}
		at += n;
		length -= (size_t)n;
	}
	return true;
}

bool fdio_write_at(int fd, const void *bytes, size_t length, off_t at)
{
	size_t done = 0;
	while (done < length) {
		ssize_t n = pwrite(fd, (const char *)bytes + done, length - done, at + (off_t)done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (n == 0)
				errno = EIO;
			return false;
		}
		done += (size_t)n;
	}
	return true;
}

ssize_t fdio_read(int fd, void *bytes, size_t size)
{
	ssize_t n;
	do
		n = read(fd, bytes, size);
	while (n < 0 && errno == EINTR);
	return n;
}

ssize_t fdio_read_at(int fd, void *bytes, size_t size, int64_t at)
{
	ssize_t n;
	do
		n = pread(fd, bytes, size, (off_t)at);
	while (n < 0 && errno == EINTR);
	return n;
}

bool fdio_slurp(int fd, struct buffer *to, size_t limit_bytes)
{
	char chunk[16384];
	for (;;) {
		ssize_t n = fdio_read(fd, chunk, sizeof chunk);
		if (n < 0)
			return false;
		if (n == 0)
			return true;
		if (to->length + (size_t)n > limit_bytes) {
			errno = EFBIG;
			return false;
		}
		buffer_add(to, chunk, (size_t)n);
	}
}

bool fdio_slurp_at(int dir_fd, const char *name, struct buffer *to, size_t limit_bytes)
{
	int fd = compat_open_at(dir_fd, name, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return false;
	bool done = fdio_slurp(fd, to, limit_bytes);
	int saved = errno;
	close(fd);
	errno = saved;
	return done;
}

bool fdio_is_readable(const char *path, struct text *why)
{
	struct stat st;
	if (stat(path, &st) != 0 || (S_ISREG(st.st_mode) && access(path, R_OK) != 0))
		text_put(why, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		text_put(why, TR("not a file"));
	else
		return true;
	return false;
}

bool fdio_changed(const char *path, struct stat *seen)
{
	struct stat now;
	if (stat(path, &now) != 0)
		now = (struct stat){0};
	bool changed = now.st_ino != seen->st_ino || now.st_size != seen->st_size ||
	               now.st_mtim.tv_sec != seen->st_mtim.tv_sec ||
	               now.st_mtim.tv_nsec != seen->st_mtim.tv_nsec;
	*seen = now;
	return changed;
}

static int connect_once(const char *path, int patience_s)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval patience = {.tv_sec = patience_s};
	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

int fdio_connect(const char *path, int patience_s)
{
	int fd = connect_once(path, patience_s);
	for (int i = 0; i < REFUSED_TRIES && fd < 0 && errno == ECONNREFUSED; i++) {
		nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
		fd = connect_once(path, patience_s);
	}
	return fd;
}

bool fdio_sync(int fd)
{
	int result;
	do
		result = fsync(fd);
	while (result != 0 && errno == EINTR);
	return result == 0;
}

bool fdio_move_at(int from_dir, const char *from, int to_dir, const char *to)
{
	if (linkat(from_dir, from, to_dir, to, 0) == 0)
		return fdio_sync(to_dir) && unlinkat(from_dir, from, 0) == 0;
	if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS && errno != EMLINK)
		return false;
	return renameat(from_dir, from, to_dir, to) == 0 && fdio_sync(to_dir);
}

bool fdio_replace_at(int dir_fd, const char *name, const struct buffer *text, bool durable)
{
	char temp[64];
	snprintf(temp, sizeof temp, "%s.new", name);
	int fd = openat(dir_fd, temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
	bool done = fd >= 0 && fdio_write(fd, text->data, text->length) &&
	            (!durable || fdio_sync(fd)) && renameat(dir_fd, temp, dir_fd, name) == 0;
	int saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return done && (!durable || fdio_sync(dir_fd));
}

bool fdio_rests(void)
{
	if (errno != ENOBUFS && errno != ENOMEM)
		return false;
	nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	return true;
}

void fdio_rest_without_descriptors(void)
{
	if (errno == EMFILE || errno == ENFILE)
		nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
}

char *fdio_take_line(struct buffer *b)
{
	char *end = b->length ? memchr(b->data, '\n', b->length) : NULL;
	if (end == NULL)
		return NULL;
	size_t length = (size_t)(end - b->data);
	char *line = mem_copy_n(b->data, length);
	buffer_drop(b, length + 1);
	return line;
}

char *fdio_next_line(struct buffer *b, size_t *at)
{
	if (*at >= b->length)
		return NULL;
	char *line = b->data + *at;
	char *end = memchr(line, '\n', b->length - *at);
	if (end == NULL)
		return NULL;
	*end = '\0';
	*at = (size_t)(end - b->data) + 1;
	return line;
}

bool fdio_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

bool fdio_read_line(int fd, char *line, size_t size)
{
	size_t length = 0;
	char c = 0;
	while (length < size && fdio_read(fd, &c, 1) == 1 && c != '\n')
		line[length++] = c;
	if (c != '\n' || length == size)
		return false;
	line[length] = '\0';
	return memchr(line, '\0', length) == NULL;
}
