/* Relays, played in this process: the runner's own session code talks with them by lines, as with
   processes (relay_processes.c). */
#include "runner/attempt/message.h"
#include "runner/queue/runner.h"
#include "tests/sim/relay.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/text.h"
#include "jobs/jobs.h"
#include "jobs/ledger.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct server sim_servers[SERVERS] = {{.name = "main", .address = "127.0.0.1"},
    {.name = "backup", .address = "127.0.0.2"}};

struct relay sim_relays[SIM_RELAYS_MAX];

static void forget(struct relay *relay, struct job *job)
{
	for (int i = 0; i < job->rcpt_count; i++)
		free(job->rcpts[i]);
	mem_free(&job->rcpts);
	job->rcpt_count = 0;
	jobs_remove(&relay->jobs, job);
}

void sim_relay_free(struct relay *relay)
{
	while (relay->jobs.first != NULL)
		forget(relay, relay->jobs.first);
	if (relay->ledger_fd >= 0)
		close(relay->ledger_fd);
	buffer_free(&relay->in);
	buffer_free(&relay->jobs.out);
	relay->alive = false;
}

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
	       s->mood == SERVER_TIRED || s->mood == SERVER_LIMITED;
}

/* It has a session already. */
static bool is_full(const struct server *s)
{
	int open = 0;
	for (int i = 0; i < SIM_RELAYS_MAX; i++)
		open += sim_relays[i].alive && sim_relays[i].connected && !sim_relays[i].ended &&
		        &sim_servers[sim_relays[i].names[sim_relays[i].at]] == s;
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
	ledger_put(&line, clock_wall_s(), job->id, job->rcpts[i], false, d);
	if (ledger_wants(d) && relay->ledger_fd >= 0)
		fdio_write(relay->ledger_fd, line.data, line.length);
	buffer_free(&line);
}

/* What the server says of one recipient, by their name. */
static struct diagnosis answer(const struct server *s, const char *rcpt)
{
	if (s->mood == SERVER_TIRED)
		return diagnose(s, VERDICT_DEFERRED, STAGE_MAIL, FAULT_MESSAGE, REASON_SERVER_TROUBLE, 451);
	if (server_is_too_fast(s))
		return diagnose(s, VERDICT_DEFERRED, STAGE_RCPT, FAULT_ROUTE, REASON_RATE_LIMITED, 451);
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
	s->too_fast += server_is_too_fast(s);
	sim_mail_tried(job->id);
	for (int i = 0; i < job->rcpt_count; i++) {
		all[i] = answer(s, job->rcpts[i]);
		any = any || all[i].verdict == VERDICT_SENT;
		if (all[i].verdict == VERDICT_FAILED)
			sim_mail_refused(job->id, job->rcpts[i]);
	}
	if (any)
		server_note_accepted(s);
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
	for (int i = 0; i < SIM_RELAYS_MAX; i++) {
		struct relay *relay = &sim_relays[i];
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
	for (int i = 0; i < SIM_RELAYS_MAX; i++) {
		if (sim_relays[i].alive && !sim_relays[i].ended && sim_relays[i].next_ms < next)
			next = sim_relays[i].next_ms;
	}
	return next;
}

void sim_relays_orphaned(void)
{
	for (int i = 0; i < SIM_RELAYS_MAX; i++) {
		struct relay *relay = &sim_relays[i];
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
		sim_relay_free(relay);
	}
}

void sim_relays_kill_one(void)
{
	for (int i = 0; i < SIM_RELAYS_MAX; i++) {
		struct relay *relay = &sim_relays[i];
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
	for (int i = 0; i < SIM_RELAYS_MAX; i++)
		count += sim_relays[i].alive && sim_relays[i].connected && sim_relays[i].jobs.first != NULL;
	return count;
}
