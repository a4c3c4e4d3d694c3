/* Connecting. */
#include "filter/reach.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

union place {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
	struct sockaddr_un local;
};

static socklen_t make(const struct filter_socket *s, union place *to)
{
	memset(to, 0, sizeof *to);
	if (s->path[0] != '\0') {
		to->local.sun_family = AF_UNIX;
		text_copy(to->local.sun_path, sizeof to->local.sun_path, s->path);
		return sizeof to->local;
	}
	if (inet_pton(AF_INET, s->address, &to->four.sin_addr) == 1) {
		to->four.sin_family = AF_INET;
		to->four.sin_port = htons((uint16_t)s->port);
		return sizeof to->four;
	}
	inet_pton(AF_INET6, s->address, &to->six.sin6_addr);
	to->six.sin6_family = AF_INET6;
	to->six.sin6_port = htons((uint16_t)s->port);
	return sizeof to->six;
}

int reach_socket(const struct filter_socket *s)
{
	union place to;
	socklen_t length = make(s, &to);
	int fd = socket(to.any.sa_family, SOCK_STREAM, 0);
	if (fd < 0)
		return -1;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	int result;
	while ((result = connect(fd, &to.any, length)) != 0 && errno == EINTR)
		continue;
	if (result == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

void reach_put_place(const struct filter_socket *s, struct text *words)
{
	if (s->path[0] != '\0')
		text_put(words, s->path);
	else
		text_printf(words, strchr(s->address, ':') != NULL ? "[%s]:%d" : "%s:%d", s->address,
		    s->port);
}
