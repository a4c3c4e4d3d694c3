/* Requests of operators and senders. */
#include "runner/control.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/log.h"
#include "base/text.h"
#include "runner/listener.h"
#include "runner/message.h"
#include "runner/path.h"
#include "runner/watch.h"
#include "runner/worker.h"
#include "spool/compact.h"
#include "spool/journal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
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
	int64_t asked_ms; /* when it last said something */
	struct buffer in, out;
};

struct control {
	struct listener listener;
	struct client clients[CONTROL_CLIENTS_MAX];
	int count;
	struct entry **sorted; /* of all that wait, by id; made for one batch of requests */
	uint32_t sorted_count;
	struct entry **gone; /* removed by this batch; sorted still points to them */
	int gone_count;
};

void control_start(struct runner *r)
{
	r->control = mem_alloc(sizeof *r->control);
	if (!listener_open(&r->control->listener, SOCKET_NAME, WAITING_MAX))
		log_line(LOG_WARNING,
		    "%s cannot be made (%s): mailq hold, release, retry and remove will not work",
		    SOCKET_NAME, strerror(errno));
}

void control_look(struct runner *r)
{
	if (r->control != NULL && listener_look(&r->control->listener, SOCKET_NAME, WAITING_MAX))
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

void control_end(struct runner *r)
{
	struct control *c = r->control;
	if (c == NULL)
		return;
	while (c->count > 0)
		close_client(c, 0);
	listener_close(&c->listener, SOCKET_NAME);
	free(c);
	r->control = NULL;
}

int control_poll(const struct runner *r, struct pollfd *p)
{
	const struct control *c = r->control;
	p[0] = (struct pollfd){.fd = c->count < CONTROL_CLIENTS_MAX ? c->listener.fd : -1,
	    .events = POLLIN};
	for (int i = 0; i < c->count; i++)
		p[i + 1] = (struct pollfd){.fd = c->clients[i].fd,
		    .events = (short)(c->clients[i].out.length > 0 ? POLLOUT : POLLIN)};
	return c->count + 1;
}

static int by_id(const void *left, const void *right)
{
	const struct entry *a = *(struct entry *const *)left, *b = *(struct entry *const *)right;
	return (a->id > b->id) - (a->id < b->id);
}

static void sort_entries(struct runner *r)
{
	struct control *c = r->control;
	c->sorted = mem_alloc((runner_waiting(r) + 1) * sizeof *c->sorted);
	c->sorted_count = 0;
	for (int k = 0; k < r->path_count; k++) {
		for (uint32_t i = 0; i < r->paths[k]->schedule.count; i++)
			c->sorted[c->sorted_count++] = r->paths[k]->schedule.heap[i];
	}
	if (c->sorted_count > 1)
		qsort(c->sorted, c->sorted_count, sizeof *c->sorted, by_id);
}

static struct entry *find_entry(const struct control *c, const char *id)
{
	struct entry wanted = {.id = id_pack(id)}, *key = &wanted;
	struct entry **found = c->sorted_count > 0
	                           ? bsearch(&key, c->sorted, c->sorted_count, sizeof *c->sorted, by_id)
	                           : NULL;
	/* Removed by an earlier line of the same batch. */
	return found != NULL && (*found)->path != NULL ? *found : NULL;
}

static bool is_in_work(const struct runner *r, const char *id)
{
	for (int i = 0; i < r->worker_count; i++) {
		for (const struct message *m = r->workers[i]->first; m != NULL; m = m->next) {
			if (strcmp(m->id, id) == 0)
				return true;
		}
	}
	return false;
}

static const char *note(struct runner *r, const char *id, const char *word, uid_t uid)
{
	struct buffer line = {0};
	TEXT(verb, 60);
	text_printf(&verb, "%s by=%lu", word, (unsigned long)uid);
	journal_put_word(&line, clock_wall_s(), verb.data);
	bool done = journal_append(&r->queue, id, &line, true);
	buffer_free(&line);
	if (done)
		compact_journal(&r->queue, id);
	return done ? NULL : "the journal cannot be written";
}

static const char *hold(struct runner *r, struct entry *e, const char *id, uid_t uid)
{
	const char *problem = e->held ? "it is held already" : note(r, id, "held", uid);
	if (problem != NULL)
		return problem;
	e->held = true;
	schedule_move(&e->path->schedule, e, INT64_MAX);
	log_line(LOG_NOTICE, "%s is held by uid %lu", id, (unsigned long)uid);
	return NULL;
}

static const char *release(struct runner *r, struct entry *e, const char *id, uid_t uid)
{
	const char *problem = e->held ? note(r, id, "released", uid) : "it is not held";
	if (problem != NULL)
		return problem;
	e->held = false;
	schedule_move(&e->path->schedule, e, clock_mono_ms());
	log_line(LOG_NOTICE, "%s is released by uid %lu", id, (unsigned long)uid);
	return NULL;
}

static const char *retry(struct runner *r, struct entry *e, const char *id, uid_t uid)
{
	if (e->held)
		return "it is held; release it first";
	schedule_move(&e->path->schedule, e, clock_mono_ms());
	path_ask_again(r, e->path);
	log_line(LOG_INFO, "%s is tried now, because uid %lu asks for it", id, (unsigned long)uid);
	return NULL;
}

/* An entry whose message was removed: requests of this batch may still name it. */
static const char *forget_removed(struct runner *r, struct entry *e)
{
	struct control *c = r->control;
	if (e->path != NULL)
		schedule_take(&e->path->schedule, e);
	e->path = NULL;
	c->gone = mem_resize(c->gone, (size_t)c->gone_count + 1, sizeof *c->gone);
	c->gone[c->gone_count++] = e;
	return NULL;
}

static const char *deal_with_dead(struct runner *r, const char *verb, const char *id, uid_t uid)
{
	TEXT(name, ID_SIZE + 8);
	text_printf(&name, "%s.dead", id);
	if (strcmp(verb, "remove") == 0) {
		log_line(LOG_NOTICE, "%s is removed by uid %lu, never delivered", name.data,
		    (unsigned long)uid);
		if (unlinkat(r->queue.mqueue_fd, name.data, 0) != 0 || !queue_sync(&r->queue))
			return "the file cannot be removed";
		queue_remove_log(&r->queue, id);
		return NULL;
	}
	if (strcmp(verb, "retry") != 0)
		return "it is set aside; it can be retried or removed";
	if (journal_too_long(r->queue.mqueue_fd, id))
		return "its journal is too long to be read: without it (remove ID.log) all of its "
		       "recipients get it once more";
	const char *problem = note(r, id, "revived", uid);
	if (problem != NULL)
		return problem;
	if (renameat(r->queue.mqueue_fd, name.data, r->queue.mqueue_fd, id) != 0 ||
	    !queue_sync(&r->queue))
		return "the file cannot be renamed";
	log_line(LOG_NOTICE, "%s was set aside, and is tried again because uid %lu asks for it", id,
	    (unsigned long)uid);
	runner_queue_new(r, runner_entry(id_pack(id)));
	return NULL;
}

/* It was taken care of, and may be freed: set aside, gone, or in the queue again because it cannot
 * be read now.  Whoever wants it away need not read it. */
static const char *take_away_unread(struct runner *r, const char *id, uid_t uid)
{
	TEXT(name, ID_SIZE + 8);
	free(r->control->sorted);
	sort_entries(r);
	text_printf(&name, "%s.dead", id);
	if (faccessat(r->queue.mqueue_fd, name.data, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return deal_with_dead(r, "remove", id, uid);
	struct entry *e = find_entry(r->control, id);
	if (e == NULL)
		return faccessat(r->queue.mqueue_fd, id, F_OK, AT_SYMLINK_NOFOLLOW) == 0
		           ? "only the report to its sender is left to be sent"
		           : NULL;
	log_line(LOG_NOTICE, "%s is removed unread by uid %lu, never delivered", id,
	    (unsigned long)uid);
	if (!queue_remove(&r->queue, id) || !queue_sync(&r->queue))
		return "the file cannot be removed";
	return forget_removed(r, e);
}

static const char *take_away(struct runner *r, struct entry *e, const char *id, uid_t uid)
{
	struct message *m;
	schedule_take(&e->path->schedule, e);
	e->path = NULL;
	if ((m = message_load(r, e)) == NULL)
		return take_away_unread(r, id, uid);
	log_line(LOG_NOTICE, "%s is removed by uid %lu: from=<%s> to=<%s>%s, never delivered", id,
	    (unsigned long)uid, m->sender, m->rcpt_count > 0 ? m->rcpts[0] : "",
	    m->rcpt_count > 1 ? " and others" : "");
	message_free(m);
	bool done = queue_remove(&r->queue, id) && queue_sync(&r->queue);
	if (!done) {
		runner_queue(r, e, clock_mono_ms() + 60000);
		return "the file cannot be removed";
	}
	return forget_removed(r, e);
}

static bool is_allowed(struct runner *r, const char *name, uid_t uid, bool only_admin)
{
	struct envelope e;
	struct diagnosis d = {0};
	uid_t owner = (uid_t)-1;
	if (uid == 0 || uid == r->queue.owner)
		return true;
	int fd = only_admin ? -1 : queue_message(&r->queue, name, &owner, NULL);
	if (fd < 0)
		return false;
	envelope_init(&e);
	bool read = envelope_read(&e, fd, &d);
	uid_t sender = owner == r->queue.owner && e.uid >= 0 ? (uid_t)e.uid : owner;
	envelope_free(&e);
	close(fd);
	return read && sender == uid;
}

bool control_may(struct runner *r, const char *name, uid_t uid)
{
	return is_allowed(r, name, uid, false);
}

static const char *forget(struct runner *r, uid_t uid)
{
	if (uid != 0 && uid != r->queue.owner)
		return "only root and the user firsthop may do that";
	log_line(LOG_NOTICE, "uid %lu has the state of all servers forgotten", (unsigned long)uid);
	path_ask_all_again(r, true);
	path_write_health(r);
	return NULL;
}

static const char *obey(struct runner *r, char *line, uid_t uid)
{
	static const struct {
		const char *verb;
		const char *(*act)(struct runner *, struct entry *, const char *, uid_t);
		bool only_admin;
	} verbs[] = {{"hold", hold, false}, {"release", release, false}, {"retry", retry, true},
	    {"remove", take_away, false}};
	char *id = strchr(line, ' ');
	if (strcmp(line, "forget") == 0)
		return forget(r, uid);
	if (text_starts(line, "noted flush."))
		return faccessat(r->queue.drop_fd, line + 6, F_OK, 0) == 0
		           ? NULL
		           : "that wish for a pass is not seen";
	if (id == NULL || !id_valid(id + 1))
		return "this is no request";
	*id++ = '\0';
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (strcmp(verbs[i].verb, line) != 0)
			continue;
		if (is_in_work(r, id))
			return "it is being delivered right now";
		struct entry *e = find_entry(r->control, id);
		TEXT(name, ID_SIZE + 8);
		text_printf(&name, "%s%s", id, e == NULL ? ".dead" : "");
		bool dead = e == NULL && faccessat(r->queue.mqueue_fd, name.data, F_OK, 0) == 0;
		if (e == NULL && !dead)
			return "no such message waits";
		if (!is_allowed(r, name.data, uid, verbs[i].only_admin))
			return verbs[i].only_admin ? "only root and the user firsthop may do that"
			                           : "only root, the user firsthop and its sender may do that";
		return dead ? deal_with_dead(r, line, id, uid) : verbs[i].act(r, e, id, uid);
	}
	return "this is no request";
}

/* What a list shows of a message, and nothing of its text: mailq cannot read the file. */
static void show(struct runner *r, const char *name, struct buffer *out)
{
	struct envelope e;
	struct diagnosis d = {0};
	struct buffer line = {0};
	char id[ID_SIZE];
	uid_t owner;
	text_copy(id, sizeof id, name);
	bool named = id_valid(name) || id_with_suffix(name, ".dead", id);
	int fd = named ? queue_message(&r->queue, name, &owner, NULL) : -1;
	envelope_init(&e);
	if (fd >= 0 && envelope_read(&e, fd, &d)) {
		if (owner != r->queue.owner || e.uid < 0)
			e.uid = owner;
		envelope_put_listing(&e, &line, id);
		fields_put_number(&line, "active", is_in_work(r, id));
		buffer_printf(out, "ok %s\n", buffer_string(&line));
	} else {
		buffer_puts(out, "no such message\n");
	}
	envelope_free(&e);
	buffer_free(&line);
	if (fd >= 0)
		close(fd);
}

static void obey_all(struct runner *r, struct client *client)
{
	char *line;
	while ((line = fdio_take_line(&client->in)) != NULL) {
		if (text_starts(line, "show ")) {
			show(r, line + 5, &client->out);
			free(line);
			continue;
		}
		if (r->control->sorted == NULL) {
			runner_look_again(r);
			sort_entries(r);
		}
		const char *problem = obey(r, line, client->uid);
		buffer_printf(&client->out, "%s%s\n", problem != NULL ? "no " : "ok",
		    problem != NULL ? problem : "");
		free(line);
	}
	struct control *c = r->control;
	for (int i = 0; i < c->gone_count; i++)
		runner_forget(c->gone[i]);
	mem_free(&c->gone);
	mem_free(&c->sorted);
	c->gone_count = 0;
}

/* From now on it is runner/watch.h's; the descriptor with it. */
static bool hand_over(struct runner *r, struct client *client)
{
	char *line = fdio_take_line(&client->in);
	if (watch_take(r, client->fd, client->uid, line))
		client->fd = -1;
	else
		buffer_puts(&client->out, "no so many watch that there is no room for one more\n");
	free(line);
	return client->fd >= 0;
}

/* False at the end of the stream, when it is nonsense, or when it is another's now. */
static bool receive(struct runner *r, struct client *client)
{
	char bytes[16384];
	ssize_t n = fdio_read(client->fd, bytes, sizeof bytes);
	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
	client->asked_ms = clock_mono_ms();
	buffer_add(&client->in, bytes, (size_t)n);
	if (memchr(bytes, '\n', (size_t)n) == NULL)
		return client->in.length < REQUEST_LIMIT_BYTES;
	if (client->in.length > 6 && memcmp(client->in.data, "watch ", 6) == 0)
		return hand_over(r, client);
	obey_all(r, client);
	return client->in.length < REQUEST_LIMIT_BYTES;
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
	static const char words[] = "no too many requests are open at once; try again\n";
	struct control *c = r->control;
	gid_t gid;
	struct client client = {.fd = compat_accept(c->listener.fd), .asked_ms = clock_mono_ms()};
	if (client.fd < 0) {
		fdio_rest_without_descriptors();
		return;
	}
	bool known = fdio_nonblocking(client.fd) && compat_peer(client.fd, &client.uid, &gid) == 0;
	if (known && has_room(r, client.uid)) {
		c->clients[c->count++] = client;
		return;
	}
	if (known)
		send(client.fd, words, sizeof words - 1, MSG_NOSIGNAL);
	close(client.fd);
}

void control_serve(struct runner *r, const struct pollfd *p, int count)
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
