/* Drives one SMTP session.  Confined; the only code that reads what a server sends. */
#include "relay/outcome.h"
#include "diagnosis/catalogue.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/text.h"
#include "jobs/head.h"
#include "message/parameter.h"
#include "relay/content.h"
#include "relay/secure.h"
#include "relay/shown.h"
#include "relay/smtp/speaks.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QUIT_WAIT_MS 2000

/* The jobs take turns, so that a message with few recipients does not wait for one with 10,000.  A
 * new one comes after those that have not had theirs. */
static struct job *next_job(struct smtp_client *c)
{
	struct job *best = NULL;
	for (struct job *job = c->with->jobs->first; job != NULL; job = job->next) {
		if (job->turn == 0)
			job->turn = c->turn + 1;
		if (job->taken < job->rcpt_count && (best == NULL || job->turn < best->turn))
			best = job;
	}
	return best;
}

/* Gives the session what it can take. */
static void give_jobs(struct smtp_client *c)
{
	struct job *job;
	while (session_can_take(&c->session) && (job = next_job(c)) != NULL) {
		struct diagnosis d = {0};
		if (job->header.length == 0 &&
		    !head_prepare(job, c->with->config, c->session.ehlo.eightbitmime,
		        c->session.ehlo.smtputf8, &d)) {
			outcome_refuse_damaged(c, job, &d);
			continue;
		}
		if (job->taken == 0)
			jobs_say_repairs(c->with->jobs, job);
		c->turn = job->turn;
		job->turn++;
		session_take(&c->session, &content_next(job, c->session.ehlo.dsn)->transaction);
	}
	session_pump(&c->session, clock_mono_ms());
}

static void link_lost(struct smtp_client *c)
{
	TEXT(words, 500);
	enum reason_key key =
	    errno == ECONNRESET || errno == EPIPE ? REASON_CONNECT_RESET : REASON_PEER_CLOSED;
	bool silent = c->session.in.length == 0 && c->session.state <= SESSION_EHLO;
	/* By TLS 1.3 our side of the handshake is over before the server looks for a certificate. */
	if (c->link.wants_certificate && silent) {
		key = tls_put_refusal(&c->link, &words);
	} else if (c->session.state == SESSION_BANNER && silent) {
		key = REASON_NO_GREETING;
		text_put(&words, "the server accepted the connection and closed it without a greeting");
	} else if (c->link.error[0] != '\0')
		text_put(&words, c->link.error);
	else if (errno != 0)
		text_printf(&words, "the connection broke: %s", strerror(errno));
	else
		text_put(&words, "the server closed the connection");
	session_broken(&c->session, key, words.data);
}

static void read_server(struct smtp_client *c)
{
	char bytes[16384];
	do {
		errno = 0;
		c->link.error[0] = '\0';
		ssize_t n = c->link.read(&c->link, bytes, sizeof bytes);
		if (n < 0)
			link_lost(c);
		if (n <= 0)
			return;
		session_receive(&c->session, bytes, (size_t)n, clock_mono_ms());
	} while (c->session.state != SESSION_OVER && c->link.pending(&c->link));
}

static void write_server(struct smtp_client *c)
{
	struct session *s = &c->session;
	while (s->out.length > 0 && s->state != SESSION_OVER) {
		/* The end of a message only after the runner has heard that it goes. */
		if (c->with->jobs->out.length > 0 && !jobs_flush(c->with->jobs))
			return;
		errno = 0;
		c->link.error[0] = '\0';
		ssize_t n = c->link.write(&c->link, s->out.data, s->out.length);
		if (n == 0)
			return;
		if (n < 0) {
			/* What the server said before it closed says more than the broken pipe. */
			int saved = errno;
			read_server(c);
			errno = saved;
			link_lost(c);
			return;
		}
		buffer_drop(&s->out, (size_t)n);
		/* After the handshake of TLS 1.3 a server sends its tickets, and then holds its answer to
		   EHLO until they are acknowledged (Nagle). */
		if (s->state == SESSION_EHLO && s->secured)
			compat_acknowledge(c->link.fd);
		session_sent(s, clock_mono_ms());
		session_pump(s, clock_mono_ms());
	}
}

static void report_ready(struct smtp_client *c)
{
	struct diagnosis d = c->peer;
	TEXT(words, 500);
	d.verdict = VERDICT_SENT;
	outcome_add_peer(c, &d);
	text_printf(&words, "%s[%s]:%u: session ready, TLS %s%s%s", d.peer_name, d.peer_address, d.port,
	    d.tls[0] ? d.tls : "none", c->policy.login[0] ? ", login " : "", c->policy.login);
	jobs_say_step(c->with->jobs, words.data);
	jobs_say(c->with->jobs, &(struct jobs_line){.verb = SAID_READY, .n = c->with->left, .d = &d});
	if (c->with->ready != NULL)
		c->with->ready(c->with->ready_context);
	c->reported_ready = true;
}

/* How long poll may sleep: until the runner is to hear of us, the session's deadline or the end of
 * the batch. */
static int patience_ms(const struct smtp_client *c)
{
	int64_t until = c->with->jobs->said_ms + JOBS_ALIVE_MS;
	if (c->with->probe || c->end_ms < until)
		until = c->end_ms;
	if (c->session.deadline_ms != 0 && c->session.deadline_ms < until)
		until = c->session.deadline_ms;
	int64_t left = until - clock_mono_ms();
	return left < 0 ? 0 : left > 3600000 ? 3600000 : (int)left + 1;
}

static void check_time(struct smtp_client *c)
{
	int64_t now = clock_mono_ms();
	struct session *s = &c->session;
	TEXT(words, 200);
	if (s->state == SESSION_OVER)
		return;
	if (now >= c->end_ms) {
		text_printf(&words, "the time for one session (%d s) is used up",
		    c->with->config->session_s);
		session_broken(s, REASON_BATCH_TIMEOUT, words.data);
	} else if (s->deadline_ms != 0 && now >= s->deadline_ms) {
		text_printf(&words, "the server did not answer in time (waited at %s)",
		    stage_word(session_stage(s)));
		if (s->reply.bytes > 0 || s->in.length > 0) {
			text_put(&words, "; its answer has no end, it began: ");
			speaks_quote(&words, s->head, s->head_length);
		}
		session_broken(s, REASON_REPLY_TIMEOUT, words.data);
	}
}

/* The runner died: what has not reached the end of its data is broken off.  The rest is finished,
   for the ledger: the next runner, which waits for our end, sends nothing twice. */
static void drop_orphans(struct smtp_client *c)
{
	session_begin_no_more(&c->session);
	for (int i = 0; i < c->session.taken_count; i++) {
		if (c->session.taken[i]->end_sent)
			return;
	}
	session_broken(&c->session, c->lost != NULL ? REASON_LOCAL : REASON_RUNNER_GONE,
	    c->lost != NULL ? c->lost : "the runner is gone");
}

static void poll_once(struct smtp_client *c)
{
	struct session *s = &c->session;
	struct jobs *jobs = c->with->jobs;
	struct pollfd p[2] = {{.fd = c->link.fd}, {.fd = -1}};
	int want = c->link.wait_for(&c->link, false) |
	           (s->out.length > 0 ? c->link.wait_for(&c->link, true) : 0);
	p[0].events =
	    (short)((want & LINK_READABLE ? POLLIN : 0) | (want & LINK_WRITABLE ? POLLOUT : 0));
	bool takes_jobs = s->state == SESSION_READY && !jobs->closed;
	/* Before that, only the end of the runner matters: it frees the queue for the next one. */
	if (takes_jobs || s->state < SESSION_READY)
		p[1] = (struct pollfd){.fd = jobs->socket, .events = takes_jobs ? POLLIN : 0};
	int wait_ms = patience_ms(c);
	const struct timespec limit = {.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000};
	if (compat_poll(p, 2, &limit, NULL) < 0 && errno != EINTR && !fdio_rests())
		session_broken(s, REASON_LOCAL, "poll failed");
	if (p[1].revents != 0 && takes_jobs && !jobs_receive(jobs)) {
		c->lost = "the runner's words make no sense";
		jobs->orphaned = jobs->quit = true;
	} else if ((p[1].revents & (POLLHUP | POLLERR)) && !takes_jobs && !c->with->probe) {
		session_broken(s, REASON_RUNNER_GONE, "the runner is gone");
	}
	if (p[0].revents != 0 && s->state != SESSION_OVER)
		read_server(c);
	check_time(c);
	if (!c->with->probe)
		jobs_say_alive(jobs, session_stage(s));
}

static void run(struct smtp_client *c)
{
	struct session *s = &c->session;
	while (s->state != SESSION_OVER) {
		if (s->state == SESSION_HANDSHAKE && s->out.length == 0) {
			if (!secure_start(c))
				break;
			session_secured(s, clock_mono_ms());
		}
		if (s->state == SESSION_READY && !c->reported_ready)
			report_ready(c);
		if (s->state == SESSION_READY && c->with->jobs->orphaned)
			drop_orphans(c);
		else
			give_jobs(c);
		if (s->state == SESSION_READY && c->with->jobs->back)
			outcome_give_back(c);
		if (s->state == SESSION_READY && c->with->jobs->quit && session_idle(s) &&
		    c->with->jobs->first == NULL) {
			session_quit(s, clock_mono_ms());
			c->end_ms = clock_mono_ms() + QUIT_WAIT_MS;
		}
		write_server(c);
		/* A runner that cannot be reached is gone: what can be dropped is dropped before the server
		 * is waited for, which may owe no answer. */
		if (c->with->jobs->out.length > 0 && !jobs_flush(c->with->jobs))
			continue;
		if (s->state != SESSION_OVER && !(s->state == SESSION_HANDSHAKE && s->out.length == 0))
			poll_once(c);
	}
}

/* Jobs that the session did not get to: unused, or with recipients that were not asked about. */
static void return_jobs(struct smtp_client *c)
{
	while (c->with->jobs->first != NULL)
		outcome_finish_job(c, c->with->jobs->first);
}

static void fill_policy(struct smtp_client *c)
{
	const struct deliver *with = c->with;
	const struct smarthost *smarthost = with->smarthost;
	c->policy = (struct session_policy){
	    .name = with->config->name,
	    .peer = with->candidate->address,
	    .tls = secure_level(with),
	    .has_tlsa = with->candidate->tlsa != NULL,
	    .implicit_tls = with->candidate->implicit,
	    .login = smarthost->login,
	    .password = with->password,
	    .mechanisms = smarthost->auth,
	    .auth_without_tls = smarthost->auth_without_tls,
	    .auth_to_unverified_server = smarthost->auth_to_unverified_server,
	    .reply_s = with->config->reply_s,
	    .data_s = with->config->data_s,
	    .data_end_s = with->config->data_end_s,
	    .refused = with->probe ? NULL : outcome_refused,
	    .ending = with->probe ? NULL : outcome_ending,
	    .again = outcome_again,
	    .left_out = outcome_left_out,
	    .without = with->without | (smarthost->chunking ? 0 : PARAMETER_CHUNKING),
	    .finished = outcome_finished,
	    .context = c,
	    .others_left = with->left > 0,
	    .stop_before_data = with->probe,
	    .said = with->dialogue != DIALOGUE_NONE ? shown_said : NULL,
	    .replied = with->dialogue != DIALOGUE_NONE ? shown_reply : NULL,
	};
}

bool deliver_run(const struct deliver *with, struct diagnosis *d)
{
	struct smtp_client *c = mem_alloc(sizeof *c);
	c->with = with;
	c->end_ms = clock_mono_ms() + (int64_t)with->config->session_s * 1000;
	fill_policy(c);
	link_socket(&c->link, with->fd);
	session_start(&c->session, &c->policy, clock_mono_ms());
	if (!with->candidate->implicit || secure_start(c))
		run(c);
	bool ready = c->reported_ready;
	*d = c->session.failure;
	outcome_add_peer(c, d);
	if (ready) {
		/* The reason first: who gives mail back without one is not asked again so soon. */
		if (d->key != REASON_NONE)
			jobs_say(with->jobs, &(struct jobs_line){.verb = SAID_OVER, .d = d});
		return_jobs(c);
		jobs_say(with->jobs, &(struct jobs_line){.verb = SAID_BYE});
	}
	jobs_flush(with->jobs);
	c->link.close(&c->link);
	session_free(&c->session);
	free(c);
	return ready;
}
