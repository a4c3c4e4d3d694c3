/* The outcomes of messages. */
#include "base/clock.h"
#include "base/text.h"
#include "runner/attempt/message.h"
#include "runner/disposition/disposition.h"
#include "runner/disposition/filtered.h"
#include "runner/disposition/rcpt_outcome.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/nexthop_pace.h"
#include "runner/queue/nexthop_rest.h"
#include "runner/queue/runner.h"
#include "runner/session/message_events.h"
#include "runner/session/session_story.h"
#include <string.h>

static struct message *find_message(struct worker *w, const char *id, struct message **before)
{
	*before = NULL;
	if (id == NULL)
		return NULL;
	for (struct message *m = w->first; m != NULL; m = m->next) {
		if (strcmp(m->id, id) == 0)
			return m;
		*before = m;
	}
	return NULL;
}

/* A relay reports each outcome once; one that was taken over could say "not yet" without end. */
static bool is_news(const struct message *m, long long n, const struct diagnosis *d)
{
	return n >= 0 && n < m->rcpt_count &&
	       (m->states[n] == RCPT_OPEN || d->verdict == VERDICT_SENT ||
	           d->verdict == VERDICT_FAILED);
}

/* The server accepts only so much in a time: its mail waits, and one message asks when it accepts
   more.  What the session has not begun comes back. */
static void on_limit(struct runner *r, struct worker *w, const struct diagnosis *d)
{
	if (w->limited || w->avoid != NULL)
		return;
	w->limited = true;
	nexthop_pace_refused(&r->nexthops, w->hop, d);
	if (nexthop_state(&r->nexthops, w->nexthop, 0) == NEXTHOP_UP || w->given == 1)
		nexthop_was_useless(&r->nexthops, w->nexthop, d, 0);
	worker_ask_back(w);
	worker_close(w);
}

/* A server that answers every message alike rests as one that limits mail does. */
static void on_answer(struct runner *r, struct worker *w, const struct message *m, int rcpt,
    const struct diagnosis *d)
{
	struct diagnosis why = *d;
	if (nexthop_rest_noted(&r->nexthops, w->nexthop, &why, m->entry->id, m->entry->uid, m->sender,
	        m->rcpts[rcpt]) ||
	    (d->verdict == VERDICT_DEFERRED && d->key == REASON_RATE_LIMITED))
		on_limit(r, w, &why);
}

/* What a filter came to, of a message that is its business; anything else ends nothing. */
static void on_filtered(struct runner *r, struct worker *w, struct message *m,
    struct message *before, const struct jobs_line *l)
{
	char text[512] = "";
	struct diagnosis works = {.verdict = VERDICT_SENT};
	enum filtered kind;
	if (w->nexthop->kind != NEXTHOP_FILTER || l->how == NULL || !filtered_find(l->how, &kind))
		return;
	worker_note_progress(w);
	text_copy(text, sizeof text, l->text != NULL ? l->text : "");
	text_tame(text, sizeof text);
	worker_take_out(w, m, before);
	w->done++;
	throughput_done(&w->nexthop->throughput);
	text_copy(works.hop, sizeof works.hop, w->hop);
	if (kind != FILTERED_SKIPPED) {
		nexthop_rest_noted(&r->nexthops, w->nexthop, &works, m->entry->id, m->entry->uid, m->sender,
		    "");
		nexthop_server_proven(&r->nexthops, w->hop);
	}
	filtered_end(r, m, kind, text);
}

static void on_rcpt(struct runner *r, struct worker *w, struct message *m,
    const struct jobs_line *l)
{
	struct diagnosis d;
	long long n = l->n;
	worker_note_progress(w);
	w->reported++;
	session_story_diagnosis(w, &d, l);
	if (d.verdict == VERDICT_NONE)
		d.verdict = VERDICT_DEFERRED;
	if (n >= 0 && n < m->rcpt_count)
		on_answer(r, w, m, (int)n, &d);
	if (!is_news(m, n, &d))
		return;
	bool next = l->next > 0 && (w->left > 0 || message_has_other_path(r, m, (int)n));
	rcpt_outcome_note(r, m, (int)n, next ? RCPT_NEXT : RCPT_DEFERRED, &d);
}

/* A session that says of no recipient what became of it has been taken over, or is broken: asked
   again at once it would do so for ever. */
static void note_silence(struct runner *r, struct message *m)
{
	struct diagnosis d = {0};
	if (rcpt_outcome_count(m, RCPT_OPEN) < m->rcpt_count)
		return;
	diag_set(&d, VERDICT_DEFERRED, STAGE_NONE, REASON_RELAY_DIED,
	    "the session ended with the message and did not say what became of it");
	d.fault = FAULT_LOCAL;
	for (int i = 0; i < m->rcpt_count; i++)
		rcpt_outcome_note(r, m, i, RCPT_DEFERRED, &d);
}

/* The message is done with here, or nothing of it was sent, or its place is kept until the server
   has answered all: the session is busy. */
static void on_message_over(struct runner *r, struct worker *w, struct message *m,
    struct message *before, enum said_verb verb)
{
	if (verb == SAID_SETTLED) {
		w->settled_ms = clock_mono_ms();
		w->settled++;
		w->count++;
	}
	worker_take_out(w, m, before);
	if (verb == SAID_UNUSED) {
		w->returned++;
		worker_give_back(r, w, m);
		return;
	}
	worker_note_progress(w);
	w->done++;
	throughput_done(&w->nexthop->throughput);
	nexthop_pace_count(&r->nexthops, w->hop, m->rcpt_count, rcpt_outcome_count(m, RCPT_SENT) > 0);
	if (!w->limited)
		nexthop_server_proven(&r->nexthops, w->hop);
	note_silence(r, m);
	disposition_end(r, m, &w->steps, w->left);
}

void message_events_take(struct runner *r, struct worker *w, const struct jobs_line *l)
{
	struct message *before, *m = find_message(w, l->id, &before);
	if (m == NULL)
		return;
	switch (l->verb) {
	case SAID_ENDING: worker_note_ending(w, m); break;
	case SAID_RELAYED:
		if (l->n >= 0 && l->n < m->rcpt_count && m->relayed != NULL)
			m->relayed[l->n] = true;
		break;
	case SAID_REPAIRED: session_story_repaired(m, l); break;
	case SAID_RCPT: on_rcpt(r, w, m, l); break;
	case SAID_FILTERED: on_filtered(r, w, m, before, l); break;
	case SAID_SETTLED:
	case SAID_UNUSED:
	case SAID_MSG: on_message_over(r, w, m, before, (enum said_verb)l->verb); break;
	default: break;
	}
}
