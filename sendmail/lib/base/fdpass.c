/* Descriptors over a socket. */
#include "base/fdpass.h"
#include "base/compat.h"
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
	char space[CMSG_SPACE(FDPASS_MAX * sizeof(int))];
	struct cmsghdr align;
};

ssize_t fdpass_send(int socket, const void *bytes, size_t length, const int *fds, int count,
    int flags)
{
	union control control = {{0}};
	struct iovec part = {(void *)(uintptr_t)bytes, length};
	struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
	size_t size = (size_t)count * sizeof *fds;
	ssize_t n;
	if (count > 0) {
		m.msg_control = control.space;
		m.msg_controllen = CMSG_SPACE(size);
		struct cmsghdr *c = &control.align; /* the first one is there */
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(c), fds, size);
	}
	do
		n = sendmsg(socket, &m, flags | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n;
}

static void keep_fds(struct msghdr *m, int *fds, int *count, int max)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = compat_next_control(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t there = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < there; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
			if (*count < max)
				fds[(*count)++] = fd;
			else
				close(fd);
		}
	}
}

ssize_t fdpass_receive(int socket, void *bytes, size_t size, int *fds, int *count, int max,
    bool *whole)
{
	union control control;
	struct iovec part = {bytes, size};
	struct msghdr m = {.msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = control.space,
	    .msg_controllen = sizeof control.space};
	ssize_t n;
	do
		n = recvmsg(socket, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		keep_fds(&m, fds, count, max);
	*whole = n >= 0 && (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
	return n;
}
