/* Talking with a relay.  Its lines are read with the same care as any input: it may have been taken
 * over. */
#include "base/clock.h"
#include "base/fdio.h"
#include "base/fdpass.h"
#include "base/fields.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "base/text.h"
#include "jobs/orders.h"
#include "jobs/process.h"
#include "jobs/process_line.h"
#include "jobs/jobs_line.h"
#include "runner/attempt/message.h"
#include "runner/disposition/disposition.h"
#include "runner/disposition/rcpt_outcome.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/nexthop_skips.h"
#include "runner/queue/nexthop_without.h"
#include "runner/queue/runner.h"
#include "runner/queue/tried.h"
#include "runner/session/program.h"
#include "runner/session/sent_log.h"
#include "runner/session/worker.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a relay may say: on the way to its session, and for each message and recipient. */
#define HEARD_AT_MOST_BYTES (1 << 20)
#define HEARD_OF_MESSAGE_BYTES 65536
#define HEARD_OF_RCPT_BYTES 4096

/* Its socket, orders, the lock and the ledger.  The pid, or -1 with errno. */
static pid_t start_program(const struct runner *r, const struct nexthop *p, int socket, int ledger,
    const struct buffer *orders)
{
	int orders_fd = orders_pipe(orders);
	int fds[] = {socket, orders_fd, r->lock_fd, ledger};
	if (orders_fd < 0)
		return -1;
	pid_t pid = process_start(program_of(p), fds, ledger >= 0 ? 4 : 3);
	int saved = errno;
	close(orders_fd);
	errno = saved;
	return pid;
}

struct worker *worker_start(struct runner *r, struct nexthop *p, const struct tried *avoid,
    bool shows)
{
	int sockets[2];
	char ledger[SENT_LOG_NAME_SIZE];
	struct buffer steps = {0}, orders = {0}, tried = {0};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
		log_line(LOG_ERR, "no socket for a relay: %s", strerror(errno));
		return NULL;
	}
	char *skips = nexthop_skips(&r->nexthops, p, clock_mono_ms(), &steps);
	int ledger_fd = sent_log_open(r->sessions, &r->queue, ledger);
	tried_put_servers(avoid, &tried);
	char *without = nexthop_without(&r->nexthops, p);
	orders_write(&orders, p->key, skips, buffer_string(&tried), without, shows);
	buffer_free(&tried);
	free(without);
	pid_t pid = start_program(r, p, sockets[1], ledger_fd, &orders);
	int saved = errno;
	free(skips);
	buffer_free(&orders);
	close(sockets[1]);
	if (ledger_fd >= 0)
		close(ledger_fd);
	errno = saved;
	if (pid < 0 || !fdio_nonblocking(sockets[0])) {
		log_line(LOG_ERR, "no process for a relay: %s", strerror(errno));
		close(sockets[0]);
		sent_log_remove(&r->notes, &r->queue, ledger);
		buffer_free(&steps);
		return NULL;
	}
	struct worker *w = mem_alloc(sizeof *w);
	w->pid = pid;
	w->fd = sockets[0];
	w->avoid = tried_copy_servers(avoid);
	memcpy(w->ledger, ledger, sizeof w->ledger);
	w->shows = shows;
	w->nexthop = p;
	w->steps = steps;
	w->heard_limit_bytes = HEARD_AT_MOST_BYTES;
	p->workers++;
	w->idle_ms = w->started_ms = w->heard_ms = clock_mono_ms();
	return w;
}

int worker_count_open(struct sessions *sessions, const struct nexthop *p)
{
	int open = 0;
	for (int i = 0; i < sessions->count; i++)
		open += sessions->list[i]->nexthop == p && sessions->list[i]->ready &&
		        !sessions->list[i]->closing && !sessions->list[i]->ended;
	return open;
}

static void append_message(struct worker *w, struct message *m)
{
	if (w->last != NULL)
		w->last->next = m;
	else
		w->first = m;
	w->last = m;
	w->count++;
}

static void say(struct worker *w, const struct jobs_line *line)
{
	jobs_line_put(&w->out, &jobs_to_relay, line);
}

void worker_give(struct worker *w, struct message *m)
{
	/* The relay is the runner's own user, and could else change the file by it. */
	if (!sandbox_limit(m->fd, SANDBOX_READ))
		log_line(LOG_WARNING, "%s: its descriptor cannot be made one for reading only: %s", m->id,
		    strerror(errno));
	w->fds[w->fd_count].at = w->out.length;
	w->fds[w->fd_count++].fd = m->fd;
	say(w, &(struct jobs_line){.verb = JOBS_MESSAGE,
	           .id = m->id,
	           .sender = m->sender,
	           .rcpts = m->rcpt_count,
	           .received = m->received});
	for (int i = 0; i < m->rcpt_count; i++)
		say(w, &(struct jobs_line){.verb = JOBS_RCPT,
		           .address = m->rcpts[i],
		           .notify = m->asked[i].notify,
		           .orcpt = m->asked[i].orcpt,
		           .archive = m->asked[i].archive});
	if (w->count == 0)
		w->progress_ms = clock_mono_ms();
	w->given++;
	w->given_rcpts += m->rcpt_count;
	w->heard_limit_bytes += HEARD_OF_MESSAGE_BYTES + (int64_t)HEARD_OF_RCPT_BYTES * m->rcpt_count;
	w->asked_back = false;
	append_message(w, m);
}

/* Sends bytes up to the next one that needs a descriptor of its own. */
static ssize_t send_piece(struct worker *w)
{
	bool with_fd = w->fd_count > 0 && w->fds[0].at == 0;
	int next = with_fd ? 1 : 0;
	size_t length = next < w->fd_count ? w->fds[next].at : w->out.length;
	ssize_t n = fdpass_send(w->fd, w->out.data, length, &w->fds[0].fd, next, 0);
	if (n > 0 && with_fd)
		memmove(w->fds, w->fds + 1, (size_t)--w->fd_count * sizeof w->fds[0]);
	return n;
}

void worker_stop_sending(struct worker *w)
{
	log_line(LOG_ERR, "the connection to a relay process failed; it gets no more mail: %s",
	    strerror(errno));
	w->out.length = 0;
	w->fd_count = 0;
	w->closing = w->broken = true;
	w->closing_ms = clock_mono_ms();
	shutdown(w->fd, SHUT_WR);
}

void worker_flush(struct worker *w)
{
	while (w->out.length > 0) {
		ssize_t n = send_piece(w);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && !fdio_rests())
				worker_stop_sending(w);
			return;
		}
		buffer_drop(&w->out, (size_t)n);
		for (int i = 0; i < w->fd_count; i++)
			w->fds[i].at -= (size_t)n;
	}
}

/* The session holds the socket, too: without its end the runner would wait for the server's. */
void worker_kill(const struct worker *w, int signal_number)
{
	process_signal(w->pid, signal_number);
}

void worker_close(struct worker *w)
{
	if (w->closing)
		return;
	w->closing = true;
	w->closing_ms = clock_mono_ms();
	say(w, &(struct jobs_line){.verb = JOBS_QUIT});
	worker_flush(w);
}

void worker_ask_back(struct worker *w)
{
	w->asked_back = w->ever_asked_back = true;
	say(w, &(struct jobs_line){.verb = JOBS_BACK});
	worker_flush(w);
}

void worker_note_progress(struct worker *w)
{
	w->progress_ms = clock_mono_ms();
	w->asked_back = false;
	w->stage[0] = '\0';
}

void worker_note_ending(struct worker *w, struct message *m)
{
	w->flying += !m->ending;
	m->ending = true;
}

void worker_count_down(struct worker *w)
{
	if (--w->count == 0)
		w->idle_ms = clock_mono_ms();
}

void worker_take_out(struct worker *w, struct message *m, struct message *before)
{
	if (before != NULL)
		before->next = m->next;
	else
		w->first = m->next;
	if (w->last == m)
		w->last = before;
	m->next = NULL;
	w->flying -= m->ending;
	worker_count_down(w);
}

/* What a relay that died had in hand: it may or may not have been delivered. */
static void diagnose_end(const struct worker *w, struct diagnosis *d)
{
	TEXT(words, 200);
	if (w->term_ms != 0)
		text_put(&words, "the relay process hung and was ended");
	else if (program_was_not_run(w))
		text_printf(&words, "the program %s cannot be run",
		    process_program_name(program_of(w->nexthop)));
	else if (WIFSIGNALED(w->status))
		text_printf(&words, "the relay process was ended by signal %d", WTERMSIG(w->status));
	else
		text_printf(&words, "the relay process ended early (exit %d)", WEXITSTATUS(w->status));
	diag_set(d, VERDICT_DEFERRED, w->ready ? STAGE_END_OF_DATA : STAGE_CONNECT, REASON_RELAY_DIED,
	    "%s", words.data);
	d->fault = FAULT_LOCAL;
	if (w->over.key == REASON_RELAY_DIED)
		*d = w->over;
}

static void diagnose_uselessness(struct diagnosis *d)
{
	diag_set(d, VERDICT_DEFERRED, STAGE_CONNECT, REASON_RELAY_DIED,
	    "the relay process gave its mail back without a reason");
	d->fault = FAULT_LOCAL;
}

static void keep_message(struct runner *r, struct worker *w, struct message *m,
    const struct diagnosis *d)
{
	for (int i = 0; i < m->rcpt_count; i++) {
		if (m->states[i] == RCPT_OPEN)
			rcpt_outcome_note(r, m, i, RCPT_DEFERRED, d);
	}
	disposition_end(r, m, &w->steps, 0);
}

/* It cannot have arrived, so another one gets it at once: but not twice in a row, or a message that
 * ends every relay would do so without a rest. */
static bool may_go_at_once(const struct message *m)
{
	for (int i = 0; i < m->rcpt_count; i++) {
		if (m->states[i] != RCPT_OPEN)
			return false;
	}
	return !m->ending && !m->entry->interrupted;
}

bool worker_is_gone(struct worker *w)
{
	w->gone = w->gone || process_reap(w->pid, 0, &w->status);
	return w->gone;
}

void worker_give_back(struct runner *r, struct worker *w, struct message *m)
{
	struct diagnosis d = {0};
	bool has_reason = w->avoid == NULL || w->done > 0 || w->over.key != REASON_NONE ||
	                  w->ever_asked_back || r->leaving;
	if (!has_reason && !may_go_at_once(m)) {
		diagnose_uselessness(&d);
		keep_message(r, w, m, &d);
		return;
	}
	m->entry->interrupted = m->entry->interrupted || !has_reason;
	disposition_return(r, m);
}

/* It gave everything back and has no reason: asked again at once, it would do so for ever. */
static bool is_useless(const struct runner *r, const struct worker *w)
{
	return w->done == 0 && w->over.key == REASON_NONE && !w->said_down && !r->leaving &&
	       w->avoid == NULL &&
	       ((w->said_bye && w->first != NULL) || (w->returned > 0 && !w->ever_asked_back));
}

/* Before its process is gone, or the next one would be ready meanwhile. */
void worker_look_back(struct runner *r, struct worker *w)
{
	struct diagnosis d = w->over;
	/* Ready, and then gone before it did anything: as good as down, too. */
	bool gone = w->ready && w->done == 0 && w->over.key != REASON_NONE;
	if (w->looked_back || (!gone && !program_is_missing(w) && !is_useless(r, w)))
		return;
	w->looked_back = true;
	if (program_is_missing(w))
		diagnose_end(w, &d);
	else if (!gone)
		diagnose_uselessness(&d);
	nexthop_was_useless(&r->nexthops, w->nexthop, &d, worker_count_open(r->sessions, w->nexthop));
}

/* What it has in hand without an outcome. */
static void leave(struct runner *r, struct worker *w, struct message *m)
{
	struct diagnosis d = {0};
	diagnose_end(w, &d);
	/* Nothing was begun with it. */
	if (w->said_bye) {
		worker_give_back(r, w, m);
	} else if ((r->leaving && !w->ready) || (program_was_not_run(w) && !program_is_missing(w))) {
		disposition_return(r, m);
	} else if (!program_was_not_run(w) && may_go_at_once(m)) {
		m->entry->interrupted = true;
		disposition_return(r, m);
	} else {
		keep_message(r, w, m, &d);
	}
}

void worker_end(struct runner *r, struct worker *w)
{
	close(w->fd);
	/* The ledger may hold outcomes that the relay could not send. */
	if (w->first != NULL && !w->said_bye)
		sent_log_hear(r, w);
	if (program_was_not_run(w) && !r->leaving)
		program_note_not_run(r, w);
	worker_look_back(r, w);
	while (w->first != NULL) {
		struct message *m = w->first;
		worker_take_out(w, m, NULL);
		leave(r, w, m);
	}
	/* A server that ends the session after some messages has its reasons, and says nothing about
	 * the next message. */
	if (w->said_bye && w->returned > 0 && !w->asked_back && w->done > 0 &&
	    w->done < WORKER_WINDOW && w->over.key != REASON_NONE &&
	    w->over.key != REASON_BATCH_TIMEOUT)
		nexthop_session_ended(w->nexthop, w->done);
	sent_log_remove(&r->notes, &r->queue, w->ledger);
	w->nexthop->workers--;
	tried_free(&w->avoid);
	buffer_free(&w->in);
	buffer_free(&w->out);
	buffer_free(&w->steps);
	free(w);
}
