/* Connecting. */
#include "relay/connect.h"
#include "diagnosis/catalogue.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/text.h"
#include "relay/route/here.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The server of a recipient's domain is somebody else's: host and port are not ours to correct. */
static enum reason_key key_of(int error, bool direct)
{
	if (direct && (error == ECONNREFUSED || error == ETIMEDOUT || error == ECONNRESET ||
	                  error == EHOSTUNREACH || error == EHOSTDOWN))
		return REASON_DOMAIN_UNREACHABLE;
	switch (error) {
	case ECONNREFUSED: return REASON_CONNECT_REFUSED;
	case ETIMEDOUT: return REASON_CONNECT_TIMEOUT;
	case ECONNRESET: return REASON_CONNECT_RESET;
	case ENETUNREACH:
	case ENETDOWN: return REASON_CONNECT_UNREACHABLE;
	case EHOSTUNREACH:
	case EHOSTDOWN: return REASON_CONNECT_HOST_DOWN;
	default: return REASON_CONNECT_FAILED;
	}
}

static int fail(int fd, int error, const char *what, bool direct, struct diagnosis *d)
{
	if (fd >= 0)
		close(fd);
	errno = error;
	if (*what != '\0')
		diag_set_errno(d, VERDICT_DEFERRED, STAGE_CONNECT, key_of(error, direct), "%s", what);
	else
		diag_set(d, VERDICT_DEFERRED, STAGE_CONNECT, key_of(error, direct), "%s", strerror(error));
	d->error_no = error;
	catalogue_recognise(d);
	return -1;
}

/* The old mail server, whose name still leads to itself: no network is to blame. */
static int fail_at_home(int fd, const struct candidate *c, struct diagnosis *d)
{
	close(fd);
	diag_set(d, VERDICT_DEFERRED, STAGE_CONNECT, REASON_CONNECT_SELF,
	    "Connection refused by this very machine: %s leads to it", c->name);
	d->error_no = ECONNREFUSED;
	catalogue_recognise(d);
	return -1;
}

/* Waits for a connection under way; 0 or an errno. */
static int await_connection(int fd, int timeout_s)
{
	int64_t end_ms = clock_mono_ms() + (int64_t)timeout_s * 1000;
	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLOUT};
		int64_t left = end_ms - clock_mono_ms();
		int n = left > 0 ? poll(&p, 1, (int)left) : 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? ETIMEDOUT : errno;
		int error = 0;
		socklen_t size = sizeof error;
		return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
	}
}

static int bind_to(int fd, const char *address, int family)
{
	struct addrinfo hints = {.ai_family = family,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICHOST};
	struct addrinfo *ai = NULL;
	if (address[0] == '\0' || getaddrinfo(address, NULL, &hints, &ai) != 0)
		return 0; /* of the other family: the system's choice */
	int result = bind(fd, ai->ai_addr, ai->ai_addrlen);
	int saved = errno;
	freeaddrinfo(ai);
	errno = saved;
	return result;
}

static int connect_at(const struct candidate *c, const char *address, uint16_t at_port,
    const struct smarthost *smarthost, int timeout_s, struct diagnosis *d)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *ai = NULL;
	char port[8];
	int one = 1;
	snprintf(port, sizeof port, "%u", at_port);
	if (getaddrinfo(address, port, &hints, &ai) != 0)
		return fail(-1, EINVAL, "read the address", false, d);
	int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const char *failed = fd < 0 || !fdio_nonblocking(fd) ? "open a socket"
	                     : bind_to(fd, smarthost->bind_address, ai->ai_family) != 0
	                         ? "use bind_address"
	                         : NULL;
	if (failed != NULL) {
		int saved = errno;
		freeaddrinfo(ai);
		return fail(fd, saved, failed, false, d);
	}
	/* Groups of commands are written at once; waiting for more would only delay the last one. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	int error = connect(fd, ai->ai_addr, ai->ai_addrlen) == 0 ? 0 : errno;
	freeaddrinfo(ai);
	if (error == EINPROGRESS || error == EINTR)
		error = await_connection(fd, timeout_s);
	if (error == ECONNREFUSED && c->via[0] == '\0' && here_owns(c->address) &&
	    strcmp(c->name, c->address) != 0)
		return fail_at_home(fd, c, d);
	return error == 0 ? fd : fail(fd, error, "", smarthost->direct, d);
}

int connect_to(const struct candidate *c, const struct smarthost *smarthost, int timeout_s,
    struct diagnosis *d)
{
	TEXT(words, 500);
	if (c->via[0] == '\0')
		return connect_at(c, c->address, c->port, smarthost, timeout_s, d);
	int fd = connect_at(c, c->via, c->via_port, smarthost, timeout_s, d);
	if (fd >= 0)
		return fd;
	int error = d->error_no;
	text_printf(&words, "the proxy %s cannot be reached: %s", smarthost->proxy, d->text);
	diag_set(d, VERDICT_DEFERRED, STAGE_CONNECT, REASON_PROXY_UNREACHABLE, "%s", words.data);
	d->error_no = error;
	catalogue_recognise(d);
	return -1;
}

void connect_local_address(int fd, char *address, size_t size)
{
	struct sockaddr_storage local;
	socklen_t length = sizeof local;
	if (getsockname(fd, (struct sockaddr *)&local, &length) != 0 ||
	    getnameinfo((struct sockaddr *)&local, length, address, (socklen_t)size, NULL, 0,
	        NI_NUMERICHOST) != 0)
		address[0] = '\0';
}
