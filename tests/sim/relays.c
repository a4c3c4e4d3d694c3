/* Relays, played in this process: the runner's own session code talks with them by lines, as with
   processes. */
#include "runner/attempt/message.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_skips.h"
#include "runner/queue/runner.h"
#include "runner/queue/tried.h"
#include "runner/session/sent_log.h"
#include "runner/session/worker.h"
#include "tests/sim/sim.h"
#include "base/fdio.h"
#include "base/text.h"
#include "jobs/jobs.h"
#include "jobs/ledger.h"
#include "jobs/process.h"
#include "spool/id.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FD_BASE 1000000
#define RELAYS_MAX (2 * WORKERS_MAX)

struct server sim_servers[SERVERS] = {{.name = "main", .address = "127.0.0.1"},
    {.name = "backup", .address = "127.0.0.2"}};

static struct relay {
	bool alive, connected, ended;
	int ledger_fd;
	int names[SERVERS], name_count, at; /* servers that it may ask; the one that it is with */
	struct buffer in;                   /* from the runner */
	struct jobs jobs;                   /* out: to the runner; the messages in hand */
	int flight; /* of them, from the first on, whose ends are sent and not answered: CHUNKING */
	bool quit;
	int status;
	int64_t next_ms;
} relays[RELAYS_MAX];

static struct relay *of_fd(int fd)
{
	return fd >= FD_BASE && fd < FD_BASE + RELAYS_MAX ? &relays[fd - FD_BASE] : NULL;
}

/* --- the runner's end */

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
	struct relay *relay = relays;
	while (relay->alive)
		relay++;
	SIM_MUST(relay < relays + RELAYS_MAX, "more relays than there may be");
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
	w->pid = w->fd = FD_BASE + (int)(relay - relays);
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

static void forget(struct relay *relay, struct job *job)
{
	for (int i = 0; i < job->rcpt_count; i++)
		free(job->rcpts[i]);
	mem_free(&job->rcpts);
	job->rcpt_count = 0;
	jobs_remove(&relay->jobs, job);
}

static void free_relay(struct relay *relay)
{
	while (relay->jobs.first != NULL)
		forget(relay, relay->jobs.first);
	if (relay->ledger_fd >= 0)
		close(relay->ledger_fd);
	buffer_free(&relay->in);
	buffer_free(&relay->jobs.out);
	relay->alive = false;
}

bool __wrap_process_reap(pid_t pid, int64_t limit_ms, int *status);
bool __wrap_process_reap(pid_t pid, int64_t limit_ms, int *status)
{
	struct relay *relay = of_fd((int)pid);
	(void)limit_ms;
	if (!relay->ended)
		return false;
	*status = relay->status;
	free_relay(relay);
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

/* --- the server's end */

static void say(struct relay *relay, enum said_verb verb, const char *id, int n, int next,
    const struct diagnosis *d)
{
	jobs_say(&relay->jobs,
	    &(struct jobs_line){.verb = (int)verb, .id = id, .n = n, .next = next, .d = d});
}

static struct diagnosis diagnose(const struct server *s, enum verdict v, enum stage stage,
    enum fault fault, enum reason_key key, int code)
{
	struct diagnosis d = {0};
	diag_set(&d, v, stage, key, "simulated");
	d.fault = fault;
	d.reply_code = (uint16_t)code;
	d.port = 25;
	text_copy(d.hop, sizeof d.hop, s->name);
	text_copy(d.peer_address, sizeof d.peer_address, s->address);
	text_copy(d.peer_name, sizeof d.peer_name, s->address);
	return d;
}

static void end(struct relay *relay, enum said_verb verb)
{
	jobs_say(&relay->jobs, &(struct jobs_line){.verb = (int)verb});
	relay->ended = true;
}

static bool is_there(const struct server *s)
{
	return s->mood == SERVER_UP || s->mood == SERVER_BREAKS || s->mood == SERVER_ONE ||
	       s->mood == SERVER_TIRED;
}

/* It has a session already. */
static bool is_full(const struct server *s)
{
	int open = 0;
	for (int i = 0; i < RELAYS_MAX; i++)
		open += relays[i].alive && relays[i].connected && !relays[i].ended &&
		        &sim_servers[relays[i].names[relays[i].at]] == s;
	return s->mood == SERVER_ONE && open > 0;
}

static void start_session(struct relay *relay)
{
	struct diagnosis d = {0};
	for (; relay->at < relay->name_count; relay->at++) {
		struct server *s = &sim_servers[relay->names[relay->at]];
		s->asked++;
		if (is_there(s) && !is_full(s)) {
			d = diagnose(s, VERDICT_NONE, STAGE_BANNER, FAULT_NONE, REASON_NONE, 220);
			say(relay, SAID_READY, "", relay->name_count - relay->at - 1, 0, &d);
			relay->connected = true;
			relay->next_ms = sim_now_ms + 10;
			return;
		}
		d = s->mood == SERVER_LOGIN ? diagnose(s, VERDICT_DEFERRED, STAGE_AUTH, FAULT_CREDENTIAL,
		                                  REASON_AUTH_REFUSED, 535)
		    : is_there(s)           ? diagnose(s, VERDICT_DEFERRED, STAGE_BANNER, FAULT_ROUTE,
		                                  REASON_TOO_MANY_CONNECTIONS, 421)
		                            : diagnose(s, VERDICT_DEFERRED, STAGE_CONNECT, FAULT_ROUTE,
		                                  REASON_CONNECT_REFUSED, 0);
		say(relay, SAID_HOP, "", 0, 0, &d);
	}
	if (d.verdict == VERDICT_NONE)
		d = diagnose(&sim_servers[0], VERDICT_DEFERRED, STAGE_CONNECT, FAULT_ROUTE,
		    REASON_CONNECT_REFUSED, 0);
	say(relay, SAID_DOWN, "", 0, 0, &d);
	end(relay, SAID_BYE);
}

/* The lines of the runner: whole messages only. */
static void take_orders(struct relay *relay)
{
	char *line;
	struct jobs *j = &relay->jobs;
	struct jobs_heard heard;
	const struct jobs_line *l = &heard.line;
	while ((line = fdio_take_line(&relay->in)) != NULL) {
		SIM_MUST(jobs_line_parse(&heard, &jobs_to_relay, line), "a relay is told: %s", line);
		if (l->verb == JOBS_MESSAGE) {
			struct job *job = mem_alloc(sizeof *job);
			text_copy(job->id, sizeof job->id, l->id);
			envelope_init(&job->envelope);
			job->fd = -1;
			if (j->last != NULL)
				j->last->next = job;
			else
				j->first = job;
			j->last = job;
		} else if (l->verb == JOBS_RCPT) {
			struct job *job = j->last;
			job->rcpts = mem_resize(job->rcpts, (size_t)job->rcpt_count + 1, sizeof *job->rcpts);
			job->rcpts[job->rcpt_count++] = mem_copy(l->address);
		} else if (l->verb == JOBS_QUIT) {
			relay->quit = true;
		} else {
			j->back = true;
		}
		free(line);
	}
}

static void note(struct relay *relay, const struct job *job, int i, const struct diagnosis *d)
{
	struct buffer line = {0};
	ledger_put(&line, job->id, job->rcpts[i], false, d);
	if (ledger_wants(d) && relay->ledger_fd >= 0)
		fdio_write(relay->ledger_fd, line.data, line.length);
	buffer_free(&line);
}

/* What the server says of one recipient, by his name. */
static struct diagnosis answer(const struct server *s, const char *rcpt)
{
	if (s->mood == SERVER_TIRED)
		return diagnose(s, VERDICT_DEFERRED, STAGE_MAIL, FAULT_MESSAGE, REASON_SERVER_TROUBLE, 451);
	if (text_starts(rcpt, "gone"))
		return diagnose(s, VERDICT_FAILED, STAGE_RCPT, FAULT_RECIPIENT, REASON_RECIPIENT_UNKNOWN,
		    550);
	if (text_starts(rcpt, "later") && !sim_once_in(4))
		return diagnose(s, VERDICT_DEFERRED, STAGE_RCPT, FAULT_RECIPIENT, REASON_GREYLISTED, 451);
	if (text_starts(rcpt, "busy") && !sim_once_in(3))
		return diagnose(s, VERDICT_DEFERRED, STAGE_RCPT, FAULT_ROUTE, REASON_SERVER_TROUBLE, 451);
	if (text_starts(rcpt, "never"))
		return diagnose(s, VERDICT_DEFERRED, STAGE_RCPT, FAULT_RECIPIENT, REASON_RECIPIENT_FULL,
		    452);
	return diagnose(s, VERDICT_SENT, STAGE_END_OF_DATA, FAULT_NONE, REASON_NONE, 250);
}

/* One message; false: the session broke in the middle of it. */
static bool deliver(struct relay *relay, struct job *job)
{
	struct server *s = &sim_servers[relay->names[relay->at]];
	struct diagnosis all[32];
	bool any = false;
	s->declined += s->mood == SERVER_TIRED;
	sim_mail_tried(job->id);
	for (int i = 0; i < job->rcpt_count; i++) {
		all[i] = answer(s, job->rcpts[i]);
		any = any || all[i].verdict == VERDICT_SENT;
		if (all[i].verdict == VERDICT_FAILED)
			sim_mail_refused(job->id, job->rcpts[i]);
	}
	bool breaks = any && s->mood == SERVER_BREAKS && sim_once_in(3);
	if (any)
		jobs_say(&relay->jobs, &(struct jobs_line){.verb = SAID_ENDING, .id = job->id});
	for (int i = 0; i < job->rcpt_count; i++) {
		if (breaks && all[i].verdict == VERDICT_SENT) {
			/* The server may have it: RFC 1047. */
			all[i] = diagnose(s, VERDICT_DEFERRED, STAGE_END_OF_DATA, FAULT_ROUTE,
			    REASON_OUTCOME_UNKNOWN, 0);
			if (sim_once_in(2))
				sim_mail_delivered(job->id, job->rcpts[i], false);
		} else if (all[i].verdict == VERDICT_SENT) {
			sim_mail_delivered(job->id, job->rcpts[i], true);
		}
		note(relay, job, i, &all[i]);
		say(relay, SAID_RCPT, job->id, i, all[i].key == REASON_SERVER_TROUBLE, &all[i]);
	}
	relay->flight -= relay->flight > 0;
	jobs_say(&relay->jobs, &(struct jobs_line){.verb = SAID_MSG, .id = job->id});
	forget(relay, job);
	return !breaks;
}

static void begin_flight(struct relay *relay)
{
	relay->flight = 0;
	for (struct job *job = relay->jobs.first; job != NULL && relay->flight < 8; job = job->next) {
		jobs_say(&relay->jobs, &(struct jobs_line){.verb = SAID_ENDING, .id = job->id});
		relay->flight++;
	}
}

/* The server may have it, or not: RFC 1047. */
static void perhaps(const struct relay *relay, const struct job *job)
{
	const struct server *s = &sim_servers[relay->names[relay->at]];
	for (int i = 0; i < job->rcpt_count; i++) {
		if (sim_once_in(2) && answer(s, job->rcpts[i]).verdict == VERDICT_SENT)
			sim_mail_delivered(job->id, job->rcpts[i], false);
	}
}

/* The link breaks with messages in flight: each is in doubt. */
static void lose_flight(struct relay *relay)
{
	const struct server *s = &sim_servers[relay->names[relay->at]];
	struct diagnosis d =
	    diagnose(s, VERDICT_DEFERRED, STAGE_END_OF_DATA, FAULT_ROUTE, REASON_OUTCOME_UNKNOWN, 0);
	for (struct job *job; relay->flight > 0 && (job = relay->jobs.first) != NULL; relay->flight--) {
		perhaps(relay, job);
		for (int i = 0; i < job->rcpt_count; i++) {
			note(relay, job, i, &d);
			say(relay, SAID_RCPT, job->id, i, 0, &d);
		}
		jobs_say(&relay->jobs, &(struct jobs_line){.verb = SAID_MSG, .id = job->id});
		forget(relay, job);
	}
}

/* The process ends, and says nothing of them. */
static void drop_flight(struct relay *relay)
{
	for (struct job *job = relay->jobs.first; relay->flight > 0 && job != NULL; job = job->next) {
		perhaps(relay, job);
		relay->flight--;
	}
}

/* What is in flight stays. */
static struct job *behind_flight(const struct relay *relay)
{
	struct job *job = relay->jobs.first;
	for (int i = 0; i < relay->flight && job != NULL; i++)
		job = job->next;
	return job;
}

static void give_back(struct relay *relay, struct job *from)
{
	while (from != NULL) {
		struct job *next = from->next;
		jobs_say(&relay->jobs, &(struct jobs_line){.verb = SAID_UNUSED, .id = from->id});
		forget(relay, from);
		from = next;
	}
}

static void break_off(struct relay *relay, bool said)
{
	const struct server *s = &sim_servers[relay->names[relay->at]];
	struct diagnosis d =
	    diagnose(s, VERDICT_DEFERRED, STAGE_END_OF_DATA, FAULT_ROUTE, REASON_CLOSING, 421);
	lose_flight(relay);
	if (said)
		say(relay, SAID_OVER, "", 0, 0, &d);
	give_back(relay, relay->jobs.first);
	end(relay, SAID_BYE);
}

/* It delivers a message, and notes that, and dies or hangs before it can say so. */
static void fall_silent(struct relay *relay)
{
	size_t said = relay->jobs.out.length;
	deliver(relay, relay->jobs.first);
	drop_flight(relay);
	relay->jobs.out.length = said;
	relay->next_ms = INT64_MAX;
	if (sim_once_in(2))
		return;
	relay->status = SIGSEGV;
	relay->ended = true;
}

static void work(struct relay *relay)
{
	const struct server *s = &sim_servers[relay->names[relay->at]];
	struct jobs *j = &relay->jobs;
	if (!is_there(s)) {
		break_off(relay, true);
		return;
	}
	if (j->back)
		give_back(relay, behind_flight(relay));
	j->back = false;
	if (j->first != NULL && !sim_calm && sim_once_in(150)) {
		fall_silent(relay);
		return;
	}
	if (j->first != NULL && relay->flight == 0 && sim_once_in(2))
		begin_flight(relay);
	if (j->first != NULL && !deliver(relay, j->first)) {
		break_off(relay, true);
		return;
	}
	if (j->first == NULL && relay->quit)
		end(relay, SAID_BYE);
	relay->next_ms = sim_now_ms + (j->first != NULL ? 20 + sim_dice(100) : JOBS_ALIVE_MS);
	if (j->first == NULL && !relay->ended)
		jobs_say(j, &(struct jobs_line){.verb = SAID_ALIVE, .stage = ""});
}

void sim_relays_play(void)
{
	for (int i = 0; i < RELAYS_MAX; i++) {
		struct relay *relay = &relays[i];
		if (!relay->alive || relay->ended || relay->next_ms > sim_now_ms)
			continue;
		take_orders(relay);
		if (relay->connected)
			work(relay);
		else
			start_session(relay);
	}
}

int64_t sim_relays_next_ms(void)
{
	int64_t next = INT64_MAX;
	for (int i = 0; i < RELAYS_MAX; i++) {
		if (relays[i].alive && !relays[i].ended && relays[i].next_ms < next)
			next = relays[i].next_ms;
	}
	return next;
}

void sim_relays_orphaned(void)
{
	for (int i = 0; i < RELAYS_MAX; i++) {
		struct relay *relay = &relays[i];
		if (!relay->alive)
			continue;
		take_orders(relay);
		bool works = relay->connected && !relay->ended;
		bool whole = true;
		for (int left = relay->flight > 0 ? relay->flight : 1;
		     works && whole && left > 0 && relay->jobs.first != NULL; left--)
			whole = deliver(relay, relay->jobs.first);
		if (works && !whole)
			lose_flight(relay);
		while (relay->jobs.first != NULL)
			forget(relay, relay->jobs.first);
		free_relay(relay);
	}
}

void sim_relays_kill_one(void)
{
	for (int i = 0; i < RELAYS_MAX; i++) {
		struct relay *relay = &relays[i];
		if (!relay->alive || relay->ended || sim_once_in(3))
			continue;
		take_orders(relay);
		drop_flight(relay);
		while (relay->jobs.first != NULL)
			forget(relay, relay->jobs.first);
		relay->status = SIGSEGV;
		relay->ended = true;
		return;
	}
}

int sim_relays_busy(void)
{
	int count = 0;
	for (int i = 0; i < RELAYS_MAX; i++)
		count += relays[i].alive && relays[i].connected && relays[i].jobs.first != NULL;
	return count;
}
