/* Clients that watch a message. */
#include "base/clock.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/text.h"
#include "runner/listen/permission.h"
#include "runner/listen/watch_listen.h"
#include "runner/queue/entry.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/queue/watcher.h"
#include "spool/journal.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WATCHERS_OF_USER_MAX 32
#define LATER_MS 2000

struct watch_listen {
	struct watcher *list[WATCHERS_MAX];
	int count;
};

static void forget(struct watch_listen *list, int i)
{
	struct watcher *w = list->list[i];
	if (w->entry != NULL)
		w->entry->watcher = NULL;
	close(w->fd);
	buffer_free(&w->in);
	buffer_free(&w->out);
	free(w);
	list->list[i] = list->list[--list->count];
}

void watch_listen_end(struct runner *r)
{
	while (r->watch != NULL && r->watch->count > 0)
		forget(r->watch, 0);
	mem_free(&r->watch);
}

static void meet(const struct queue *queue, struct watcher *w, struct entry *e)
{
	char id[ID_SIZE];
	id_unpack(e->id, id);
	if (!permission_of_sender(queue, id, w->uid))
		watcher_refuse(w, "only root, the user firsthop and its sender may watch it");
	else if (e->watcher != NULL)
		watcher_refuse(w, "it is watched already");
	if (w->over)
		return;
	w->entry = e;
	w->attempts = e->attempts;
	e->watcher = w;
	/* A runner that was started for this message has kept it for its watcher (pickup_scan). */
	if (!e->in_work && e->attempts == 0 && e->due_ms > clock_mono_ms() &&
	    e->due_ms < clock_mono_ms() + LATER_MS)
		schedule_move(&e->nexthop->schedule, e, clock_mono_ms());
}

void watch_listen_arrived(struct runner *r, struct entry *e)
{
	for (int i = 0; r->watch != NULL && i < r->watch->count; i++) {
		struct watcher *w = r->watch->list[i];
		if (w->id == e->id && w->entry == NULL && !w->over)
			meet(&r->queue, w, e);
	}
}

static int count_of(const struct watch_listen *list, uid_t uid)
{
	int count = 0;
	for (int i = 0; i < list->count; i++)
		count += list->list[i]->uid == uid;
	return count;
}

/* Where all places are taken, a user who has none gets one of the user with most. */
static bool has_room(struct watch_listen *list, uid_t uid)
{
	int most = 1, last = -1;
	if (list->count < WATCHERS_MAX)
		return true;
	for (int i = 0; i < list->count && count_of(list, uid) == 0; i++) {
		int count = count_of(list, list->list[i]->uid);
		last = count > most || (count == most && last >= 0) ? i : last;
		most = count > most ? count : most;
	}
	if (last >= 0)
		forget(list, last);
	return last >= 0;
}

bool watch_listen_take(struct runner *r, int fd, uid_t uid, const struct control_line *asked)
{
	if (r->watch == NULL)
		r->watch = mem_alloc(sizeof *r->watch);
	if (count_of(r->watch, uid) >= WATCHERS_OF_USER_MAX || !has_room(r->watch, uid))
		return false;
	struct watcher *w = mem_alloc(sizeof *w);
	*w = (struct watcher){.fd = fd, .uid = uid, .id = id_pack(asked->name), .talk = asked->talk};
	r->watch->list[r->watch->count++] = w;
	watcher_greet(w);
	struct entry *e = entry_find(&r->entries, w->id);
	if (e != NULL && e->nexthop != NULL)
		meet(&r->queue, w, e);
	return true;
}

int watch_listen_poll(const struct watch_listen *l, struct pollfd *p)
{
	int count = l != NULL ? l->count : 0;
	for (int i = 0; i < count; i++)
		p[i] = (struct pollfd){.fd = l->list[i]->fd,
		    .events = (short)(POLLIN | (l->list[i]->out.length > 0 ? POLLOUT : 0))};
	return count;
}

/* False when the watcher is gone. */
static bool receive(struct watcher *w)
{
	char bytes[256], *line;
	ssize_t n = fdio_read(w->fd, bytes, sizeof bytes);
	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
	buffer_add(&w->in, bytes, (size_t)n);
	while ((line = fdio_take_line(&w->in)) != NULL) {
		struct control_line asked;
		bool looks = control_line_parse(&asked, line) && asked.verb == CONTROL_LOOK;
		free(line);
		w->looks = w->looks || (looks && w->entry == NULL && !w->over);
	}
	return w->in.length < sizeof bytes;
}

static bool send_out(struct watcher *w)
{
	ssize_t n = send(w->fd, w->out.data, w->out.length, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
	buffer_drop(&w->out, (size_t)n);
	return w->out.length > 0 || !w->over;
}

void watch_listen_serve(struct watch_listen *l, const struct pollfd *p, int count)
{
	for (int i = count - 1; i >= 0; i--) {
		struct watcher *w = l->list[i];
		bool alive = true;
		if (p[i].revents & (POLLIN | POLLHUP | POLLERR))
			alive = receive(w);
		if (alive && (p[i].revents & POLLOUT))
			alive = send_out(w);
		if (!alive)
			forget(l, i);
	}
}

bool watch_listen_wants_scan(const struct watch_listen *l)
{
	for (int i = 0; l != NULL && i < l->count; i++) {
		if (l->list[i]->looks)
			return true;
	}
	return false;
}

void watch_listen_scanned(struct watch_listen *l)
{
	for (int i = 0; l != NULL && i < l->count; i++) {
		struct watcher *w = l->list[i];
		if (w->looks && w->entry == NULL && !w->over)
			watcher_end(w, CONTROL_END_GONE);
		w->looks = false;
	}
}

/* What follows from the state of a message that no relay has in hand; CONTROL_ENDS: its turn
 * comes. */
static enum control_end why_not_now(const struct runner *r, const struct watcher *w, int64_t now)
{
	const struct entry *e = w->entry;
	if (e->attempts > w->attempts)
		return CONTROL_END_WAITS;
	if (e->held)
		return CONTROL_END_HELD;
	if (!r->config_good)
		return CONTROL_END_CLOSED;
	/* Another message asks whether the way is open again: that answer is near, but a job of cron
	 * does not wait for it. */
	if (nexthop_state(&r->nexthops, e->nexthop, now) != NEXTHOP_UP)
		return w->talk && e->nexthop->workers > 0 ? CONTROL_ENDS : CONTROL_END_CLOSED;
	return e->due_ms > now + LATER_MS ? CONTROL_END_WAITS : CONTROL_ENDS;
}

void watch_listen_look(struct runner *r)
{
	int64_t now = clock_mono_ms();
	for (int i = 0; r->watch != NULL && i < r->watch->count; i++) {
		struct watcher *w = r->watch->list[i];
		enum control_end end =
		    w->entry != NULL && !w->entry->in_work ? why_not_now(r, w, now) : CONTROL_ENDS;
		if (end != CONTROL_ENDS)
			watcher_end(w, end);
	}
}
