/* Outcomes.  The runner hears of each recipient once; what it does with that is its matter. */
#include "relay/outcome.h"
#include "base/text.h"
#include "jobs/head.h"
#include "message/dsn.h"
#include "message/parameter.h"
#include "relay/content.h"
#include "diagnosis/deed.h"
#include <unistd.h>

void outcome_name_peer(const struct smarthost *smarthost, const struct candidate *c,
    struct diagnosis *d)
{
	text_copy(d->hop, sizeof d->hop, smarthost->name);
	text_copy(d->login, sizeof d->login, smarthost->login);
	if (c == NULL)
		return;
	text_copy(d->peer_name, sizeof d->peer_name, c->name);
	text_copy(d->peer_address, sizeof d->peer_address, c->address);
	d->port = c->port;
	text_copy(d->moved, sizeof d->moved, c->moved != NULL ? c->moved : "");
}

void outcome_add_peer(const struct smtp_client *c, struct diagnosis *d)
{
	outcome_name_peer(c->with->smarthost, c->with->candidate, d);
	text_copy(d->tls, sizeof d->tls, c->peer.tls);
	text_copy(d->server, sizeof d->server, c->session.server);
	text_copy(d->local_address, sizeof d->local_address,
	    c->session.seen_as[0] != '\0' ? c->session.seen_as : c->with->local_address);
}

void outcome_finish_job(struct smtp_client *c, struct job *job)
{
	if (job->settled)
		jobs_say(c->with->jobs, &(struct jobs_line){.verb = SAID_FREED});
	else
		jobs_say(c->with->jobs,
		    &(struct jobs_line){.verb = job->used ? SAID_MSG : SAID_UNUSED, .id = job->id});
	jobs_remove(c->with->jobs, job);
}

static void report_rcpt(struct smtp_client *c, struct transaction *t, int i)
{
	struct job_transaction *jt = t->context;
	struct session_rcpt *r = &t->rcpts[i];
	struct diagnosis *d = &r->result;
	if (r->reported)
		return;
	r->reported = true;
	jt->job->reported++;
	outcome_add_peer(c, d);
	enum deed next = deed_decide(d);
	/* The server will not inform the sender of success: the runner does. */
	bool relayed = !c->with->probe && d->verdict == VERDICT_SENT && !c->session.ehlo.dsn &&
	               dsn_wants(r->notify, "SUCCESS");
	jobs_note(c->with->jobs, jt->job, jt->first_rcpt + i, relayed, d);
	if (relayed)
		jobs_say(c->with->jobs,
		    &(struct jobs_line){.verb = SAID_RELAYED, .id = jt->job->id, .n = jt->first_rcpt + i});
	jobs_say(c->with->jobs, &(struct jobs_line){.verb = SAID_RCPT,
	                            .id = jt->job->id,
	                            .n = jt->first_rcpt + i,
	                            .next = next == DEED_NEXT_ADDRESS || next == DEED_NEXT_HOP,
	                            .d = d});
}

/* struct session_policy's refused: what is final for a recipient is reported at once.  What may be
   tried again is reported with the rest, since it matters whether others were accepted; when
   nobody was, all is reported, and the runner need not wait for what the server still owes. */
void outcome_refused(void *context, struct transaction *t)
{
	struct smtp_client *c = context;
	struct job_transaction *jt = t->context;
	bool all = true;
	for (int i = 0; i < t->rcpt_count; i++) {
		struct diagnosis d = t->rcpts[i].result;
		all = all && d.verdict != VERDICT_NONE;
		if (d.verdict != VERDICT_NONE && deed_decide(&d) == DEED_RETURN)
			report_rcpt(c, t, i);
	}
	for (int i = 0; i < t->rcpt_count && all; i++)
		report_rcpt(c, t, i);
	if (jt->job->reported < jt->job->rcpt_count || jt->job->settled)
		return;
	jt->job->settled = true;
	/* With it goes the mark that the message is being worked on. */
	close(jt->job->fd);
	jt->job->fd = -1;
	jobs_say(c->with->jobs, &(struct jobs_line){.verb = SAID_SETTLED, .id = jt->job->id});
}

/* struct session_policy's finished: reports the recipients of a transaction, and the job when it
 * was the last one. */
void outcome_finished(void *context, struct transaction *t)
{
	struct smtp_client *c = context;
	struct job_transaction *jt = t->context;
	struct job *job = jt->job;
	for (int i = 0; i < t->rcpt_count && t->begun; i++) {
		if (c->with->probe && t->rcpts[i].accepted)
			diag_set(&t->rcpts[i].result, VERDICT_SENT, STAGE_RCPT, REASON_NONE,
			    "the server accepts mail for this recipient");
		report_rcpt(c, t, i);
	}
	job->used = job->used || t->begun;
	/* A message that was refused for its size was never begun, and yet it has its results. */
	if (!t->begun && t->rcpts[0].result.verdict != VERDICT_NONE) {
		t->begun = true;
		outcome_finished(context, t);
		return;
	}
	job->finished += t->rcpt_count;
	content_free(jt);
	if (job->finished == job->rcpt_count)
		outcome_finish_job(c, job);
}

void outcome_ending(void *context, struct transaction *t)
{
	struct smtp_client *c = context;
	const struct job_transaction *jt = t->context;
	jobs_say(c->with->jobs, &(struct jobs_line){.verb = SAID_ENDING, .id = jt->job->id});
}

/* Takes a transaction back from the session; the next one of its job is the same again. */
static bool untake(struct smtp_client *c, struct transaction *t)
{
	struct job_transaction *jt = t->context;
	if (jt->job->settled || !session_withdraw(&c->session, t))
		return false;
	jt->job->taken = jt->first_rcpt;
	content_free(jt);
	return true;
}

void outcome_give_back(struct smtp_client *c)
{
	c->with->jobs->back = false;
	for (int i = c->session.taken_count - 1; i >= 0; i--) {
		struct transaction *t = c->session.taken[i];
		/* The server is at that one: elsewhere it would not fare better. */
		if (i > 0 || !t->begun)
			untake(c, t);
	}
	for (struct job *job = c->with->jobs->first, *next; job != NULL; job = next) {
		next = job->next;
		/* Nothing of it is under way; of recipients that are left open the runner knows. */
		if (job->finished == job->taken)
			outcome_finish_job(c, job);
	}
}

/* What the runner remembers and logs once; a probe has no runner. */
static void report_refusal(struct smtp_client *c, unsigned parameters, const struct diagnosis *d)
{
	struct diagnosis said = *d;
	TEXT(names, 40);
	TEXT(words, 900);
	outcome_add_peer(c, &said);
	parameter_words(&names, parameters);
	text_printf(&words, "%s: the server offers %s and refuses it: the same again without it",
	    d->text, names.data);
	jobs_say_step(c->with->jobs, words.data);
	if (!c->with->probe)
		jobs_say(c->with->jobs,
		    &(struct jobs_line){.verb = SAID_WITHOUT, .n = (long long)parameters, .d = &said});
}

void outcome_left_out(void *context, unsigned parameters, const struct diagnosis *d)
{
	report_refusal(context, parameters, d);
}

bool outcome_again(void *context, const struct transaction *t, unsigned parameters,
    const struct diagnosis *d)
{
	struct smtp_client *c = context;
	struct session *s = &c->session;
	/* Those after it first: transactions of a job go in order. */
	for (int i = s->taken_count - 1; i >= 0; i--) {
		struct transaction *taken = s->taken[i];
		struct job *job = ((struct job_transaction *)taken->context)->job;
		bool last = taken == t;
		if (!untake(c, taken))
			return false;
		head_forget(job);
		if (last)
			break;
	}
	report_refusal(c, parameters, d);
	return true;
}

void outcome_refuse_damaged(struct smtp_client *c, struct job *job, struct diagnosis *d)
{
	deed_decide(d);
	for (int i = 0; i < job->rcpt_count; i++)
		jobs_say(c->with->jobs,
		    &(struct jobs_line){.verb = SAID_RCPT, .id = job->id, .n = i, .d = d});
	job->used = true;
	outcome_finish_job(c, job);
}
