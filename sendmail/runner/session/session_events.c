/* What a relay says, line by line. */
#include "base/clock.h"
#include "base/fdio.h"
#include "base/log.h"
#include "diagnosis/report.h"
#include "base/text.h"
#include "jobs/jobs_line.h"
#include "message/parameter.h"
#include "runner/attempt/message.h"
#include "runner/disposition/disposition.h"
#include "runner/disposition/rcpt_outcome.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/nexthop_without.h"
#include "runner/queue/runner.h"
#include "runner/queue/tried.h"
#include "runner/session/message_events.h"
#include "runner/session/session_events.h"
#include "runner/session/session_story.h"
#include "runner/session/worker.h"
#include <errno.h>
#include <string.h>

#define LINE_LIMIT_BYTES 65536
#define PASSED_LOG_MAX 64
#define READ_ERRORS_MAX 20
#define LEFT_MAX 1024 /* candidates: 64 of each smarthost */

/* A failure of a server or a session, which is no outcome of mail. */
static void hear_failure(const struct worker *w, struct diagnosis *d, const struct jobs_line *l)
{
	session_story_diagnosis(w, d, l);
	d->verdict = VERDICT_DEFERRED;
}

/* That there is no server for a domain of recipients (RFC 5321 5.1) is the one thing after a
   session that never was which returns mail. */
static void hear_down(const struct worker *w, struct diagnosis *d, const struct jobs_line *l)
{
	session_story_diagnosis(w, d, l);
	if (w->nexthop->kind != NEXTHOP_MX || d->stage != STAGE_LOOKUP || d->verdict != VERDICT_FAILED)
		d->verdict = VERDICT_DEFERRED;
}

/* One recipient, of whom no server was asked.  What is final is so only where there is no other
   way, tried or not: a smarthost may know domains that DNS does not. */
static void note_unasked(struct runner *r, struct message *m, int rcpt, const struct diagnosis *why)
{
	struct diagnosis d = *why;
	bool other = message_has_other_path(r, m, rcpt);
	if (other || tried_any_nexthop(m->entry->tried))
		d.verdict = VERDICT_DEFERRED;
	rcpt_outcome_note(r, m, rcpt, other ? RCPT_NEXT : RCPT_DEFERRED, &d);
}

/* When every address was tried for this message, what the last one said of a recipient is the
   reason for that one. */
static void note_all_unasked(struct runner *r, const struct worker *w, struct message *m,
    const struct diagnosis *d)
{
	struct journal j = {0};
	bool tried = w->avoid != NULL && journal_read(&j, r->queue.mqueue_fd, m->id);
	for (int i = 0; i < m->rcpt_count; i++) {
		const struct journal_rcpt *rcpt = tried ? journal_find(&j, m->rcpts[i]) : NULL;
		struct diagnosis last;
		journal_last(rcpt, &last);
		note_unasked(r, m, i, last.verdict == VERDICT_DEFERRED ? &last : d);
	}
	if (w->avoid != NULL)
		journal_free(&j);
}

/* Mail goes on to another server: that this one was passed over, and why, is said at once.  A relay
 * that was taken over cannot fill the log with it. */
static void log_passed(struct worker *w)
{
	TEXT(words, 1200);
	if (w->passed.verdict != VERDICT_NONE && w->passed_count++ < PASSED_LOG_MAX) {
		report_reason(&words, &w->passed);
		log_line(LOG_NOTICE, "passed over: %s", words.data);
	}
	w->passed.verdict = VERDICT_NONE;
}

/* Kept until it is known what follows: another server, or (nexthop_down says it then) none. */
static void on_passed(struct worker *w, const struct jobs_line *l)
{
	log_passed(w);
	hear_failure(w, &w->passed, l);
}

static void on_down(struct runner *r, struct worker *w, const struct jobs_line *l)
{
	struct diagnosis d;
	hear_down(w, &d, l);
	if (w->said_down)
		return;
	w->said_down = true;
	w->closing = true;
	if (w->avoid == NULL && d.verdict != VERDICT_FAILED) {
		w->passed.verdict = VERDICT_NONE;
		nexthop_down(&r->nexthops, w->nexthop, &d, worker_count_open(r->sessions, w->nexthop));
	}
	log_passed(w);
	/* One session more than the server allows: those that are open take the mail. */
	bool beside =
	    w->avoid == NULL && nexthop_takes_no_more(&d, worker_count_open(r->sessions, w->nexthop));
	while (w->first != NULL) {
		struct message *m = w->first;
		worker_take_out(w, m, NULL);
		if (beside) {
			disposition_return(r, m);
			continue;
		}
		note_all_unasked(r, w, m, &d);
		disposition_end(r, m, &w->steps, 0);
	}
}

static void on_ready(struct runner *r, struct worker *w, const struct jobs_line *l)
{
	struct diagnosis d;
	if (w->ready)
		return;
	session_story_diagnosis(w, &d, l);
	log_passed(w);
	text_copy(w->peer, sizeof w->peer, d.peer_name);
	w->ready_ms = clock_mono_ms();
	worker_note_progress(w);
	w->ready = true;
	w->left = l->n < 0 ? 0 : l->n > LEFT_MAX ? LEFT_MAX : (int)l->n;
	text_copy(w->hop, sizeof w->hop, d.hop);
	if (d.hop[0] != '\0')
		nexthop_hop_ready(&r->nexthops, w->hop);
	if (strstr(d.tls, "DANE") != NULL && nexthop_leads_over(w->nexthop, d.hop))
		counters_note(&r->counters, d.hop, COUNTERS_DANE);
}

static void on_server_failed(struct runner *r, struct worker *w, const struct jobs_line *l)
{
	struct diagnosis d;
	hear_failure(w, &d, l);
	if (d.hop[0] == '\0' || w->servers_failed++ >= CONFIG_SMARTHOSTS_MAX)
		return;
	/* Where addresses are avoided, that the rest failed says nothing about the server. */
	if (w->avoid == NULL)
		nexthop_hop_failed(&r->nexthops, w->nexthop, &d,
		    worker_count_open(r->sessions, w->nexthop));
}

static void on_without(struct runner *r, const struct worker *w, const struct jobs_line *l)
{
	struct diagnosis d;
	hear_failure(w, &d, l);
	if (nexthop_leads_over(w->nexthop, d.hop) && l->n > 0 && l->n <= PARAMETER_ALL) {
		nexthop_without_note(&r->nexthops, w->nexthop, &d, (unsigned)l->n);
		counters_note(&r->counters, d.hop, COUNTERS_LEFT_OUT);
	}
}

static void on_freed(struct worker *w)
{
	if (w->settled == 0)
		return;
	w->settled--;
	worker_count_down(w);
}

/* A word of a later version says nothing. */
static void take_line(struct runner *r, struct worker *w, const char *line)
{
	struct jobs_heard heard;
	const struct jobs_line *l = &heard.line;
	if (!jobs_line_parse(&heard, &jobs_to_runner, line))
		return;
	switch (l->verb) {
	case SAID_STEP: session_story_step(w, l); break;
	case SAID_SAY:
		if (w->shows)
			session_story_step(w, l);
		break;
	case SAID_READY: on_ready(r, w, l); break;
	case SAID_PASSED: on_passed(w, l); break;
	case SAID_HOP: on_server_failed(r, w, l); break;
	case SAID_WITHOUT: on_without(r, w, l); break;
	case SAID_DOWN: on_down(r, w, l); break;
	case SAID_ALIVE: text_copy(w->stage, sizeof w->stage, l->stage != NULL ? l->stage : ""); break;
	case SAID_OVER: hear_failure(w, &w->over, l); break;
	case SAID_FREED: on_freed(w); break;
	case SAID_BYE:
		w->said_bye = w->closing = true;
		worker_look_back(r, w);
		break;
	default: message_events_take(r, w, l);
	}
}

void session_events_receive(struct runner *r, struct worker *w)
{
	char bytes[32768];
	ssize_t n = fdio_read(w->fd, bytes, sizeof bytes);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return;
	if (n < 0 && w->read_errors++ < READ_ERRORS_MAX) {
		/* Keep reading: it may have delivered mail.  Give it no more. */
		if (!w->closing)
			worker_stop_sending(w);
		return;
	}
	if (n <= 0) {
		w->ended = true;
		return;
	}
	w->read_errors = 0;
	w->heard_ms = clock_mono_ms();
	w->heard_bytes += n;
	w->nexthop->not_run = 0;
	if (w->heard_bytes > w->heard_limit_bytes) {
		log_line(LOG_ERR,
		    "a relay process sends more than its mail explains (%lld bytes); it is killed",
		    (long long)w->heard_bytes);
		w->ended = true;
		return;
	}
	buffer_add(&w->in, bytes, (size_t)n);
	size_t used = 0;
	char *line;
	while ((line = fdio_next_line(&w->in, &used)) != NULL)
		take_line(r, w, line);
	buffer_drop(&w->in, used);
	if (w->in.length > LINE_LIMIT_BYTES)
		w->ended = true;
}
