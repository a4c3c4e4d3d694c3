/* The clients of mqueue/control. */
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/log.h"
#include "base/text.h"
#include "runner/listen/control_listen.h"
#include "runner/listen/listener.h"
#include "runner/listen/watch_listen.h"
#include "runner/queue/runner.h"
#include "spool/disk_reserve.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_NAME "mqueue/control"
#define REQUEST_LIMIT_BYTES 65536
#define WAITING_MAX \
	64 /* that may wait to be accepted: watchers come in bursts, when cron starts its jobs */
#define CLIENTS_OF_USER_MAX 16
#define CLIENTS_OF_USERS_MAX (CONTROL_CLIENTS_MAX - 16)

struct client {
	int fd;
	uid_t uid;
	uint64_t wish;
	int64_t asked_ms; /* when it last said something */
	struct buffer in, out;
};

struct control {
	struct listener listener;
	uint64_t wishes; /* clients that came so far */
	struct client clients[CONTROL_CLIENTS_MAX];
	int count;
};

/* A name in mqueue/ may need a file of the reserve: who cannot ask cannot remove what fills it. */
struct control *control_listen_start(const struct queue *q)
{
	struct control *c = mem_alloc(sizeof *c);
	if (!listener_open(&c->listener, SOCKET_NAME, WAITING_MAX) &&
	    !(disk_reserve_spend(q) && listener_open(&c->listener, SOCKET_NAME, WAITING_MAX)))
		log_line(LOG_WARNING,
		    "%s cannot be made (%s): mailq hold, release, retry and remove will not work",
		    SOCKET_NAME, strerror(errno));
	return c;
}

void control_listen_look(struct control *c)
{
	if (c == NULL)
		return;
	if (c->listener.fd < 0) {
		if (listener_open(&c->listener, SOCKET_NAME, WAITING_MAX))
			log_line(LOG_NOTICE, "%s was made: mailq hold, release, retry and remove work",
			    SOCKET_NAME);
		return;
	}
	if (listener_look(&c->listener, SOCKET_NAME, WAITING_MAX))
		log_line(LOG_WARNING, "%s had been removed; it was made again", SOCKET_NAME);
}

static void close_client(struct control *c, int i)
{
	if (c->clients[i].fd >= 0)
		close(c->clients[i].fd);
	buffer_free(&c->clients[i].in);
	buffer_free(&c->clients[i].out);
	c->clients[i] = c->clients[--c->count];
}

void control_listen_end(struct control *c)
{
	if (c == NULL)
		return;
	while (c->count > 0)
		close_client(c, 0);
	listener_close(&c->listener, SOCKET_NAME);
	free(c);
}

int control_listen_poll(const struct control *c, struct pollfd *p)
{
	p[0] = (struct pollfd){.fd = c->count < CONTROL_CLIENTS_MAX ? c->listener.fd : -1,
	    .events = POLLIN};
	for (int i = 0; i < c->count; i++)
		p[i + 1] = (struct pollfd){.fd = c->clients[i].fd,
		    .events = (short)(c->clients[i].out.length > 0 ? POLLOUT : POLLIN)};
	return c->count + 1;
}

/* From now on it is runner/listen/watch_listen.h's; the descriptor with it. */
static bool hand_over(struct runner *r, struct client *client, const struct control_line *asked)
{
	if (!watch_listen_take(r, client->fd, client->uid, asked)) {
		control_answer_put(&client->out, CONTROL_NO,
		    "too many are watching already; try again later");
		return true;
	}
	client->fd = -1;
	return false;
}

/* The first line that came, if it asks to watch; all others are for control_listen_next. */
static bool wants_to_watch(struct client *client, struct control_line *asked)
{
	const char *end = memchr(client->in.data, '\n', client->in.length);
	size_t length = (size_t)(end - client->in.data);
	char *line = mem_copy_n(client->in.data, length);
	bool wants = control_line_parse(asked, line) && asked->verb == CONTROL_WATCH;
	free(line);
	if (wants)
		buffer_drop(&client->in, length + 1);
	return wants;
}

/* False at the end of the stream, when it is nonsense, or when it is another's now. */
static bool receive(struct runner *r, struct client *client)
{
	struct control_line asked;
	char bytes[16384];
	ssize_t n = fdio_read(client->fd, bytes, sizeof bytes);
	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
	client->asked_ms = clock_mono_ms();
	buffer_add(&client->in, bytes, (size_t)n);
	if (memchr(client->in.data, '\n', client->in.length) == NULL)
		return client->in.length < REQUEST_LIMIT_BYTES;
	return !wants_to_watch(client, &asked) || hand_over(r, client, &asked);
}

static bool answer(struct client *client)
{
	ssize_t n = send(client->fd, client->out.data, client->out.length, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
	buffer_drop(&client->out, (size_t)n);
	return true;
}

static int count_of(const struct control *c, uid_t uid)
{
	int count = 0;
	for (int i = 0; i < c->count; i++)
		count += c->clients[i].uid == uid;
	return count;
}

/* Where users have all the places of users: one who has none gets that of the user with most, who
 * has kept silent longest. */
static bool make_room(struct control *c)
{
	int most = 1, silent = -1;
	for (int i = 0; i < c->count; i++) {
		int count = count_of(c, c->clients[i].uid);
		if (count > most ||
		    (silent >= 0 && count == most && c->clients[i].asked_ms < c->clients[silent].asked_ms))
			silent = i;
		most = count > most ? count : most;
	}
	if (silent >= 0)
		close_client(c, silent);
	return silent >= 0;
}

static bool has_room(const struct runner *r, uid_t uid)
{
	struct control *c = r->control;
	if (uid == 0 || uid == r->queue.owner)
		return true;
	int own = count_of(c, uid);
	return own < CLIENTS_OF_USER_MAX &&
	       (c->count < CLIENTS_OF_USERS_MAX || (own == 0 && make_room(c)));
}

static void take_client(struct runner *r)
{
	struct control *c = r->control;
	gid_t gid;
	struct client client = {.fd = compat_accept(c->listener.fd),
	    .wish = ++c->wishes,
	    .asked_ms = clock_mono_ms()};
	if (client.fd < 0) {
		fdio_rest_without_descriptors();
		return;
	}
	bool known = fdio_nonblocking(client.fd) && compat_peer(client.fd, &client.uid, &gid) == 0;
	if (known && has_room(r, client.uid)) {
		c->clients[c->count++] = client;
		return;
	}
	if (known) {
		struct buffer line = {0};
		control_answer_put(&line, CONTROL_NO, "too many requests are open at once; try again");
		send(client.fd, line.data, line.length, MSG_NOSIGNAL);
		buffer_free(&line);
	}
	close(client.fd);
}

void control_listen_serve(struct runner *r, const struct pollfd *p, int count)
{
	struct control *c = r->control;
	for (int i = count - 2; i >= 0; i--) {
		short events = p[i + 1].revents;
		bool alive = true;
		if (events & POLLOUT)
			alive = answer(&c->clients[i]);
		else if (events & (POLLIN | POLLHUP | POLLERR))
			alive = receive(r, &c->clients[i]);
		if (!alive)
			close_client(c, i);
	}
	if (p[0].revents != 0 && c->count < CONTROL_CLIENTS_MAX)
		take_client(r);
}

bool control_listen_next(struct control *c, struct control_request *q)
{
	for (int i = 0; c != NULL && i < c->count; i++) {
		char *line = fdio_take_line(&c->clients[i].in);
		if (line == NULL)
			continue;
		*q = (struct control_request){.uid = c->clients[i].uid,
		    .wish = c->clients[i].wish,
		    .client = i};
		q->known = control_line_parse(&q->asked, line) && q->asked.verb != CONTROL_WATCH &&
		           q->asked.verb != CONTROL_LOOK;
		free(line);
		return true;
	}
	return false;
}

void control_listen_answer(struct control *c, const struct control_request *q,
    enum control_answer answer, const char *behind)
{
	control_answer_put(&c->clients[q->client].out, answer, behind);
}
