/* Open transactions: taken, given back, finished, and what the loss of the link means for each. */
#include "diagnosis/catalogue.h"
#include "message/parameter.h"
#include "relay/smtp/session_state.h"
#include "relay/smtp/transact.h"
#include <string.h>

#define WITHOUT_CHUNKS \
	2 /* transactions taken at a time: one in DATA, the next one's commands after its end */

void transact_drop_held(struct session *s, const struct transaction *t)
{
	if (s->asking != t)
		return;
	s->asking = NULL;
	buffer_free(&s->held);
}

static void drop_taken(struct session *s, struct transaction *t)
{
	transact_drop_held(s, t);
	for (int i = 0; i < s->taken_count; i++) {
		if (s->taken[i] != t)
			continue;
		s->taken_count--;
		memmove(&s->taken[i], &s->taken[i + 1], (size_t)(s->taken_count - i) * sizeof s->taken[0]);
		return;
	}
}

void transact_finish(struct session *s, struct transaction *t)
{
	drop_taken(s, t);
	s->policy->finished(s->policy->context, t);
}

void transact_settle(struct transaction *t, const struct diagnosis *d)
{
	for (int i = 0; i < t->rcpt_count; i++) {
		struct diagnosis *result = &t->rcpts[i].result;
		if (result->verdict == VERDICT_NONE)
			*result = *d;
	}
}

void transact_stop(struct session *s, struct transaction *t)
{
	if (s->sending != t || !t->chunked)
		return;
	s->sending = NULL;
	t->stopped = s->dirty = true;
}

void transact_turn_away(struct session *s, struct transaction *t)
{
	t->turned_away = t->mail_refused = true;
	transact_stop(s, t);
}

void transact_restart(struct session *s, struct transaction *t)
{
	transact_drop_held(s, t);
	t->step = t->accepted = 0;
	t->end_sent = t->chunked = t->stopped = t->again = t->body_begun = false;
	for (int i = 0; i < t->rcpt_count; i++)
		t->rcpts[i].accepted = false;
	s->dirty = true;
}

static bool has_result(const struct transaction *t)
{
	bool any = t->mail_refused;
	for (int i = 0; i < t->rcpt_count && !any; i++)
		any = t->rcpts[i].result.verdict != VERDICT_NONE;
	return any;
}

/* Nothing of its message was sent, and nothing refused. */
static bool is_untouched(const struct session *s, const struct transaction *t)
{
	return t != s->sending && !t->end_sent && !t->stopped && !has_result(t);
}

/* A server that takes so many messages in a session, and then ends it, says nothing about the next
   message, whose commands came after the end of the last one.  One that accepts none is another
   matter. */
bool transact_is_next_one(const struct session *s, const struct transaction *t)
{
	return s->delivered > 0 && is_untouched(s, t);
}

bool transact_is_unread(const struct session *s, const struct transaction *t)
{
	return s->delivered > 0 && !has_result(t) && (t != s->sending || t->chunked);
}

bool session_can_take(const struct session *s)
{
	int most = s->chunking == CHUNKING_WORKS ? SESSION_WINDOW : WITHOUT_CHUNKS;
	return s->state == SESSION_READY && s->taken_count < most && s->withdrawn == 0 && !s->last;
}

void session_take(struct session *s, struct transaction *t)
{
	t->step = t->accepted = t->owed = 0;
	t->begun = t->mail_refused = t->end_sent = false;
	t->chunked = t->stopped = t->again = t->body_begun = t->turned_away = false;
	s->taken[s->taken_count++] = t;
}

bool session_withdraw(struct session *s, struct transaction *t)
{
	if (!is_untouched(s, t))
		return false;
	for (int i = 0; i < s->count; i++) {
		struct session_awaited *a = &s->awaited[(s->first + i) % SESSION_AWAITED_MAX];
		if (a->t != t)
			continue;
		a->t = NULL;
		s->withdrawn++;
	}
	drop_taken(s, t);
	/* Without PIPELINING its commands come one by one: the server may hold the first ones. */
	s->dirty = s->dirty || t->begun;
	return true;
}

bool session_idle(const struct session *s)
{
	return s->taken_count == 0 && (!s->policy->stop_before_data || s->count == 0);
}

void session_begin_no_more(struct session *s)
{
	s->last = true;
}

void transact_note_sent(struct session *s)
{
	if (s->out.length < s->out_seen)
		s->sent_bytes += (int64_t)(s->out_seen - s->out.length);
	s->out_seen = s->out.length;
}

/* Its end was sent, and the answer to it, with some recipient that may have it, is still owed. */
static bool is_unknown(const struct session *s, const struct transaction *t)
{
	return t->end_sent && s->sent_bytes >= t->end_at && (t->chunked || t->accepted > 0);
}

/* What the loss of the link means for one transaction: after the end of its message nobody knows
 * (RFC 5321 4.2.5, RFC 1047), before it nothing was delivered. */
static void settle_broken(struct session *s, struct transaction *t, enum reason_key key,
    const char *words, bool closed)
{
	struct diagnosis d = {0};
	bool unknown = is_unknown(s, t) && !closed;
	enum stage stage = unknown           ? STAGE_END_OF_DATA
	                   : s->sending == t ? STAGE_BODY
	                                     : session_stage(s);
	/* The stage of the head of the flight is not that of a message whose end was never sent. */
	if (!unknown && stage == STAGE_END_OF_DATA && t->end_sent && !closed)
		stage = STAGE_BODY;
	if (unknown)
		diag_set(&d, VERDICT_DEFERRED, stage, REASON_OUTCOME_UNKNOWN,
		    "%s, after the message was sent whole and before the server answered", words);
	else
		diag_set(&d, VERDICT_DEFERRED, stage, key, "%s", words);
	catalogue_recognise(&d);
	transact_settle(t, &d);
}

/* Several messages had their ends sent and no answer: a server that drops what comes after the end
   of a message gets the next ones by DATA, where only one can be in doubt. */
static void doubt_chunking(struct session *s, enum reason_key key, const char *words)
{
	static const enum reason_key keys[] = {REASON_REPLY_TIMEOUT, REASON_PEER_CLOSED,
	    REASON_CONNECT_RESET, REASON_REPLY_BAD};
	int unknown = 0;
	bool by_server = false;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		by_server = by_server || key == keys[i];
	for (int i = 0; i < s->taken_count; i++)
		unknown += s->taken[i]->chunked && is_unknown(s, s->taken[i]);
	if (!by_server || unknown < 2 || s->policy->left_out == NULL)
		return;
	struct diagnosis d = {0};
	diag_set(&d, VERDICT_DEFERRED, STAGE_END_OF_DATA, key,
	    "%s, with %d messages sent and not answered", words, unknown);
	s->policy->left_out(s->policy->context, PARAMETER_CHUNKING, &d);
}

static void end_all(struct session *s, enum reason_key key, const char *words, bool closed)
{
	while (s->taken_count > 0) {
		struct transaction *t = s->taken[0];
		/* In chunks the rest may never have left. */
		bool unsent = t->chunked && !(t->end_sent && s->sent_bytes >= t->end_at);
		bool unread = (closed || unsent) && transact_is_unread(s, t);
		if (t->begun && (t->turned_away || unread || transact_is_next_one(s, t)))
			t->begun = false;
		if (t->begun)
			settle_broken(s, t, key, words, closed);
		transact_finish(s, t);
	}
	s->sending = NULL;
	s->count = 0;
	/* Kept for the caller: it says why there is no session any more. */
	diag_set(&s->failure, VERDICT_DEFERRED, session_stage(s), key, "%s", words);
	catalogue_recognise(&s->failure);
	s->state = SESSION_OVER;
	s->deadline_ms = 0;
}

void transact_broken(struct session *s, enum reason_key key, const char *words)
{
	transact_note_sent(s);
	doubt_chunking(s, key, words);
	end_all(s, key, words, false);
}

void transact_closed(struct session *s, enum reason_key key, const char *words)
{
	transact_note_sent(s);
	end_all(s, key, words, true);
}
