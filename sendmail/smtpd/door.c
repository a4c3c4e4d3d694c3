/* Connecting, and sending messages. */
#include "smtpd/door.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/fdpass.h"
#include "base/paths.h"
#include "spool/submit_talk.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#define PATIENCE_S 330 /* for the runner: longer than it takes for one message at most */
#define OPEN_MS 20000
#define LOGIN_MS 60000
#define AGAIN_MS 100 /* between two requests while the runner has no room */

static bool introduce(int fd, const struct submit_for *who)
{
	struct buffer line = {0};
	submit_for_put(&line, who);
	bool done = fdio_write(fd, line.data, line.length);
	buffer_free(&line);
	return done;
}

int door_open(const struct submit_for *who)
{
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	errno = ENAMETOOLONG;
	bool done = snprintf(address.sun_path, sizeof address.sun_path, "%s/smtpd.sock", paths_run()) <
	                (int)sizeof address.sun_path &&
	            fdio_nonblocking(fd) &&
	            connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
	            introduce(fd, who) && fcntl(fd, F_SETFL, 0) == 0 &&
	            setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
	            setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0;
	if (done)
		return fd;
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

void door_close(struct door *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

/* The next byte of the parent's: it, 0 when there is none within the time, -1 when it is gone. */
static int hear(struct door *d, int64_t limit_ms)
{
	struct pollfd p = {.fd = d->control_fd, .events = POLLIN};
	int fds[1], count = 0;
	bool whole;
	char word = 0;
	if (poll(&p, 1, limit_ms > 0 ? (int)limit_ms : 0) <= 0)
		return 0;
	ssize_t n = fdpass_receive(d->control_fd, &word, 1, fds, &count, 1, &whole);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n <= 0)
		return -1;
	if (count > 0) {
		door_close(d);
		d->fd = fds[0];
	}
	d->leave = d->leave || word == DOOR_LEAVE;
	return word;
}

bool door_hear(struct door *d)
{
	return hear(d, 0) >= 0;
}

/* The runner closes a door that was idle for a while. */
static bool is_stale(const struct door *d)
{
	struct pollfd p = {.fd = d->fd, .events = POLLIN};
	return poll(&p, 1, 0) != 0;
}

static bool fail(struct diagnosis *why)
{
	diag_set(why, VERDICT_FAILED, STAGE_SUBMIT, REASON_SPOOL_WRITE,
	    "the runner, which stores the message, does not answer; the message was NOT accepted, try "
	    "again later");
	return false;
}

bool door_get(struct door *d, struct diagnosis *why)
{
	int64_t end_ms = clock_mono_ms() + OPEN_MS;
	if (d->fd >= 0 && is_stale(d))
		door_close(d);
	while (d->fd < 0 && clock_mono_ms() < end_ms) {
		const char ask = DOOR_WANTED;
		int word = DOOR_LEAVE;
		if (send(d->control_fd, &ask, 1, MSG_EOR | MSG_NOSIGNAL) != 1)
			return fail(why);
		while (word == DOOR_LEAVE)
			word = hear(d, end_ms - clock_mono_ms());
		if (word < 0)
			return fail(why);
		if (word == DOOR_CLOSED)
			poll(NULL, 0, AGAIN_MS);
	}
	return d->fd >= 0 || fail(why);
}

bool door_login(struct door *d, const char *name, const char *password)
{
	char packet[DOOR_PACKET_MAX] = {DOOR_LOGIN};
	size_t name_bytes = strlen(name) + 1, password_bytes = strlen(password) + 1;
	int64_t end_ms = clock_mono_ms() + LOGIN_MS;
	if (1 + name_bytes + password_bytes > sizeof packet)
		return false;
	memcpy(packet + 1, name, name_bytes);
	memcpy(packet + 1 + name_bytes, password, password_bytes);
	size_t length = 1 + name_bytes + password_bytes;
	bool sent = send(d->control_fd, packet, length, MSG_EOR | MSG_NOSIGNAL) == (ssize_t)length;
	compat_wipe(packet, sizeof packet);
	int word = DOOR_LEAVE;
	while (sent && word == DOOR_LEAVE)
		word = hear(d, end_ms - clock_mono_ms());
	door_close(d);
	return sent && word == DOOR_RIGHT;
}

bool door_begin(struct door *d, const struct envelope *e)
{
	struct buffer head = {0};
	size_t content_at;
	envelope_write(e, &head, &content_at);
	bool done = submit_talk_send_whole(d->fd, head.data, head.length);
	buffer_free(&head);
	return done;
}

bool door_put(struct door *d, const char *bytes, size_t length)
{
	return submit_talk_send(d->fd, bytes, length);
}

int door_end(struct door *d, struct diagnosis *why)
{
	/* A refusal may have come before everything was sent. */
	(void)submit_talk_send_whole(d->fd, "", 0);
	int code = submit_talk_answer(d->fd, d->id, why);
	if (code != EX_OK)
		door_close(d);
	return code;
}

void door_tell_rejected(const struct door *d, const char *command, const char *reply)
{
	char packet[DOOR_PACKET_MAX];
	int n = snprintf(packet, sizeof packet, "%c%.20s%c%.*s", DOOR_REJECTED, command, '\0',
	    (int)sizeof packet - 30, reply);
	(void)send(d->control_fd, packet, (size_t)n + 1, DOOR_SEND);
}

void door_tell_accepted(const struct door *d)
{
	const char word = DOOR_ACCEPTED;
	(void)send(d->control_fd, &word, 1, DOOR_SEND);
}
