/* Waiting for the client.  A byte now and then gains no time (RFC 5321 4.5.3.2 has the least). */
#include "smtpd/line.h"
#include "base/clock.h"
#include "base/fdio.h"
#include <errno.h>
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

/* Until the client says something; false: it is over. */
static bool wait_for_client(struct line *l, struct door *d)
{
	bool in_message = l->message_until_ms != 0;
	while (l->end == LINE_GOES_ON) {
		int64_t left_ms = limit_of(l) - clock_mono_ms();
		struct pollfd p[2] = {{.fd = l->fd, .events = POLLIN},
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

/* What is there is read at once: most clients do not keep us waiting. */
ssize_t line_read(struct line *l, struct door *d, char *bytes, size_t size)
{
	for (;;) {
		ssize_t n = fdio_read(l->fd, bytes, size);
		if (n > 0)
			return n;
		if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
			l->end = LINE_CLOSED;
		if (!wait_for_client(l, d))
			return -1;
	}
}

bool line_write(struct line *l, const char *bytes, size_t length)
{
	int64_t until_ms = clock_mono_ms() + WRITE_MS;
	while (length > 0) {
		ssize_t n = send(l->fd, bytes, length, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
			return false;
		if (n > 0) {
			bytes += n;
			length -= (size_t)n;
			continue;
		}
		struct pollfd p = {.fd = l->fd, .events = POLLOUT};
		int64_t left_ms = until_ms - clock_mono_ms();
		if (left_ms <= 0 || (poll(&p, 1, (int)left_ms) < 0 && errno != EINTR))
			return false;
	}
	return true;
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
