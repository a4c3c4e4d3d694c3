/* What the runner sees of its relays: processes that start, take lines, answer, and end. */
#include "runner/attempt/message.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_skips.h"
#include "runner/queue/runner.h"
#include "runner/queue/tried.h"
#include "runner/session/sent_log.h"
#include "runner/session/worker.h"
#include "tests/sim/relay.h"
#include "jobs/jobs.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FD_BASE 1000000

static struct relay *of_fd(int fd)
{
	return fd >= FD_BASE && fd < FD_BASE + SIM_RELAYS_MAX ? &sim_relays[fd - FD_BASE] : NULL;
}

static bool is_tried(const struct tried *t, const char *address)
{
	for (int i = 0; t != NULL && i < t->server_count; i++) {
		if (strcmp(t->servers[i].address, address) == 0)
			return true;
	}
	return false;
}

struct worker *__wrap_worker_start(struct runner *r, struct nexthop *p, const struct tried *avoid,
    bool shows);
struct worker *__wrap_worker_start(struct runner *r, struct nexthop *p, const struct tried *avoid,
    bool shows)
{
	struct buffer steps = {0};
	struct relay *relay = sim_relays;
	while (relay->alive)
		relay++;
	SIM_MUST(relay < sim_relays + SIM_RELAYS_MAX, "more relays than there may be");
	*relay = (struct relay){.alive = true, .next_ms = sim_now_ms + 20 + sim_dice(500)};
	struct worker *w = mem_alloc(sizeof *w);
	char *skips = nexthop_skips(&r->nexthops, p, sim_now_ms, &steps);
	relay->ledger_fd = sent_log_open(r->sessions, &r->queue, w->ledger);
	for (int i = 0; i < p->name_count; i++) {
		for (int s = 0; s < SERVERS; s++) {
			if (strcmp(p->names[i], sim_servers[s].name) == 0 &&
			    strstr(skips, sim_servers[s].name) == NULL &&
			    !is_tried(avoid, sim_servers[s].address))
				relay->names[relay->name_count++] = s;
		}
	}
	free(skips);
	w->pid = w->fd = FD_BASE + (int)(relay - sim_relays);
	w->nexthop = p;
	w->avoid = tried_copy_servers(avoid);
	w->shows = shows;
	w->steps = steps;
	w->heard_limit_bytes = 1 << 20;
	w->idle_ms = w->started_ms = w->heard_ms = sim_now_ms;
	p->workers++;
	return w;
}

/* The one that asks closed servers whether they are there again goes before its time. */
void __real_worker_give(struct worker *w, struct message *m);
void __wrap_worker_give(struct worker *w, struct message *m);
void __wrap_worker_give(struct worker *w, struct message *m)
{
	if (nexthop_state(&sim_r.nexthops, w->nexthop, sim_now_ms) != NEXTHOP_UP)
		sim_mail_asked(m->id);
	__real_worker_give(w, m);
}

ssize_t __real_sendmsg(int fd, const struct msghdr *m, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *m, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *m, int flags)
{
	struct relay *relay = of_fd(fd);
	if (relay == NULL)
		return __real_sendmsg(fd, m, flags);
	if (relay->ended) {
		errno = EPIPE;
		return -1;
	}
	buffer_add(&relay->in, m->msg_iov->iov_base, m->msg_iov->iov_len);
	if (relay->next_ms > sim_now_ms + 100 && relay->connected)
		relay->next_ms = relay->next_ms == INT64_MAX ? INT64_MAX : sim_now_ms + 5;
	return (ssize_t)m->msg_iov->iov_len;
}

ssize_t __real_fdio_read(int fd, void *bytes, size_t size);
ssize_t __wrap_fdio_read(int fd, void *bytes, size_t size);
ssize_t __wrap_fdio_read(int fd, void *bytes, size_t size)
{
	struct relay *relay = of_fd(fd);
	if (relay == NULL)
		return __real_fdio_read(fd, bytes, size);
	struct buffer *out = &relay->jobs.out;
	if (out->length == 0 && !relay->ended) {
		errno = EAGAIN;
		return -1;
	}
	size_t n = out->length < size ? out->length : size;
	if (n > 0)
		memcpy(bytes, out->data, n);
	buffer_drop(out, n);
	return (ssize_t)n;
}

bool __wrap_process_reap(pid_t pid, int64_t limit_ms, int *status);
bool __wrap_process_reap(pid_t pid, int64_t limit_ms, int *status)
{
	struct relay *relay = of_fd((int)pid);
	(void)limit_ms;
	if (!relay->ended)
		return false;
	*status = relay->status;
	sim_relay_free(relay);
	return true;
}

void __wrap_process_signal(pid_t pid, int number);
void __wrap_process_signal(pid_t pid, int number)
{
	struct relay *relay = of_fd((int)pid);
	if (relay->ended)
		return;
	relay->status = number;
	relay->ended = true;
}
