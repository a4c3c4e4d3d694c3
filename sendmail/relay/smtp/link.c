/* A plain socket as a link. */
#include "relay/smtp/link.h"
#include "base/fdio.h"
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_not_now(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || fdio_rests();
}

static ssize_t socket_read(struct link *l, void *bytes, size_t size)
{
	ssize_t n;
	l->error[0] = '\0';
	do
		n = recv(l->fd, bytes, size, 0);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return n;
	if (n < 0 && is_not_now())
		return 0;
	if (n == 0)
		errno = 0;
	return -1;
}

static ssize_t socket_write(struct link *l, const void *bytes, size_t size)
{
	ssize_t n;
	l->error[0] = '\0';
	if (size == 0)
		return 0;
	do
		n = send(l->fd, bytes, size, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0 && is_not_now())
		return 0;
	return n;
}

static int socket_wait_for(struct link *l, bool want_write)
{
	(void)l;
	return want_write ? LINK_WRITABLE : LINK_READABLE;
}

static bool socket_pending(struct link *l)
{
	(void)l;
	return false;
}

static void socket_close(struct link *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

void link_socket(struct link *l, int fd)
{
	*l = (struct link){
	    .read = socket_read,
	    .write = socket_write,
	    .wait_for = socket_wait_for,
	    .pending = socket_pending,
	    .close = socket_close,
	    .fd = fd,
	};
}
