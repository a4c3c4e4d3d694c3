/* Waiting for the client.  A byte now and then gains no time (RFC 5321 4.5.3.2 has the least). */
#include "smtpd/line.h"
#include "base/clock.h"
#include "base/fdio.h"
#include <errno.h>
#include <openssl/err.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>

#define COMMAND_MS 300000
#define MESSAGE_MS 600000
#define WHOLE_MS 3600000
#define WRITE_MS 60000

void line_start(struct line *l, int fd)
{
	int64_t now = clock_mono_ms();
	*l = (struct line){.fd = fd, .command_until_ms = now + COMMAND_MS, .until_ms = now + WHOLE_MS};
	(void)fdio_nonblocking(fd);
}

static int64_t limit_of(const struct line *l)
{
	if (l->message_until_ms != 0)
		return l->message_until_ms;
	return l->until_ms < l->command_until_ms ? l->until_ms : l->command_until_ms;
}

/* Until the client says something, or can get an answer; false: it is over. */
static bool wait_for_client(struct line *l, struct door *d, short events)
{
	bool in_message = l->message_until_ms != 0;
	while (l->end == LINE_GOES_ON) {
		int64_t left_ms = limit_of(l) - clock_mono_ms();
		struct pollfd p[2] = {{.fd = l->fd, .events = events},
		    {.fd = d->control_fd, .events = POLLIN}};
		if (d->leave && !in_message)
			l->end = LINE_LEAVES;
		else if (left_ms <= 0)
			l->end = LINE_TIME_OVER;
		if (l->end != LINE_GOES_ON)
			return false;
		int ready = poll(p, in_message ? 1 : 2, (int)left_ms);
		if (ready < 0 && errno != EINTR)
			l->end = LINE_CLOSED;
		if (ready > 0 && !in_message && p[1].revents != 0 && !door_hear(d))
			d->leave = true;
		if (ready > 0 && p[0].revents != 0)
			return true;
	}
	return false;
}

/* What a call of OpenSSL waits for: events of poll(2), or 0: it is over. */
static short wanted_by_tls(const struct line *l, int result)
{
	int error = SSL_get_error(l->tls, result);
	ERR_clear_error();
	return error == SSL_ERROR_WANT_READ ? POLLIN : error == SSL_ERROR_WANT_WRITE ? POLLOUT : 0;
}

/* Bytes that are there, or what is to be waited for; 0: it is over. */
static ssize_t read_now(struct line *l, char *bytes, size_t size, short *events)
{
	ssize_t n;
	*events = 0;
	if (l->tls != NULL) {
		n = SSL_read(l->tls, bytes, (int)size);
		*events = n > 0 ? 0 : wanted_by_tls(l, (int)n);
	} else {
		n = fdio_read(l->fd, bytes, size);
		*events = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? POLLIN : 0;
	}
	return n;
}

/* What is there is read at once: most clients do not keep us waiting. */
ssize_t line_read(struct line *l, struct door *d, char *bytes, size_t size)
{
	for (;;) {
		short events;
		ssize_t n = read_now(l, bytes, size, &events);
		if (n > 0)
			return n;
		if (events == 0)
			l->end = LINE_CLOSED;
		if (!wait_for_client(l, d, events))
			return -1;
	}
}

static ssize_t write_now(struct line *l, const char *bytes, size_t length, short *events)
{
	ssize_t n;
	if (l->tls != NULL) {
		n = SSL_write(l->tls, bytes, (int)length);
		*events = n > 0 ? 0 : wanted_by_tls(l, (int)n);
	} else {
		n = send(l->fd, bytes, length, MSG_NOSIGNAL);
		bool waits = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
		*events = waits ? POLLOUT : 0;
	}
	return n;
}

bool line_write(struct line *l, const char *bytes, size_t length)
{
	int64_t until_ms = clock_mono_ms() + WRITE_MS;
	while (length > 0) {
		struct pollfd p = {.fd = l->fd};
		ssize_t n = write_now(l, bytes, length, &p.events);
		if (n > 0) {
			bytes += n;
			length -= (size_t)n;
			continue;
		}
		int64_t left_ms = until_ms - clock_mono_ms();
		if (p.events == 0 || left_ms <= 0 || (poll(&p, 1, (int)left_ms) < 0 && errno != EINTR))
			return false;
	}
	return true;
}

bool line_begin_tls(struct line *l, struct door *d, SSL_CTX *context)
{
	l->tls = SSL_new(context);
	if (l->tls == NULL || SSL_set_fd(l->tls, l->fd) != 1)
		return false;
	SSL_set_mode(l->tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	for (;;) {
		int result = SSL_accept(l->tls);
		if (result == 1)
			return true;
		short events = wanted_by_tls(l, result);
		if (events == 0 || !wait_for_client(l, d, events))
			break;
	}
	l->end = LINE_CLOSED;
	return false;
}

bool line_is_secret(const struct line *l)
{
	return l->tls != NULL;
}

const char *line_farewell(const struct line *l)
{
	return l->end == LINE_TIME_OVER ? "421 4.4.2 too much time has passed; the connection is closed"
	       : l->end == LINE_LEAVES  ? "421 4.3.2 this program ends; try again in a moment"
	                                : NULL;
}

void line_command_begins(struct line *l)
{
	l->command_until_ms = clock_mono_ms() + COMMAND_MS;
}

void line_message_begins(struct line *l)
{
	l->message_until_ms = clock_mono_ms() + MESSAGE_MS;
}

void line_message_ends(struct line *l)
{
	l->message_until_ms = 0;
	line_command_begins(l);
}
