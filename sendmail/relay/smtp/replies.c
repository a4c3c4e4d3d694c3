/* Answers come in the order of the commands (RFC 2920 3.2): each is given to the transaction and
   the recipient that it is for, whatever else is in flight. */
#include "diagnosis/catalogue.h"
#include "base/text.h"
#include "message/parameter.h"
#include "relay/smtp/endings.h"
#include "relay/smtp/refused.h"
#include "relay/smtp/smtp_commands.h"
#include "relay/smtp/replies.h"
#include "relay/smtp/session_state.h"
#include "relay/smtp/transact.h"
#include <string.h>

#define PROMPT_MS 1000 /* an answer to a message that came within that */

static bool is_yes(const struct session *s)
{
	return s->reply.code >= 200 && s->reply.code < 300;
}

static void settle_reply(struct session *s, struct transaction *t, enum stage stage)
{
	struct diagnosis d = {0};
	session_diagnose(s, &d, stage);
	/* A 250 where it makes no sense, or a 3xx, is not a success of the message. */
	if (d.verdict == VERDICT_SENT && (stage != STAGE_END_OF_DATA || s->reply.code >= 300)) {
		d.verdict = VERDICT_DEFERRED;
		d.key = REASON_REPLY_BAD;
		catalogue_recognise(&d);
	}
	transact_settle(t, &d);
}

/* Before the rest of the group is answered: a tarpit may take minutes for that. */
static void report_refused(struct session *s, struct transaction *t)
{
	if (s->policy->refused != NULL)
		s->policy->refused(s->policy->context, t);
}

/* Nobody will get it. */
static bool is_refused_whole(const struct transaction *t)
{
	bool all = true;
	for (int i = 0; i < t->rcpt_count && all; i++)
		all = t->rcpts[i].result.verdict != VERDICT_NONE;
	return all;
}

static void on_mail(struct session *s, struct transaction *t)
{
	bool chunked = t->chunked;
	if (is_yes(s))
		return;
	if (refused_parameter(s, t, STAGE_MAIL, 0)) {
		if (chunked)
			transact_turn_away(s, t);
		return;
	}
	t->mail_refused = true;
	settle_reply(s, t, STAGE_MAIL);
	transact_stop(s, t);
	report_refused(s, t);
}

static void on_rcpt(struct session *s, struct transaction *t, int rcpt)
{
	struct session_rcpt *r = &t->rcpts[rcpt];
	if (is_yes(s) && !t->mail_refused) {
		r->accepted = true;
		t->accepted++;
		return;
	}
	bool chunked = t->chunked, left_out = false;
	if (r->result.verdict != VERDICT_NONE ||
	    ((left_out = refused_parameter(s, t, STAGE_RCPT, rcpt)) && !chunked))
		return;
	session_diagnose(s, &r->result, STAGE_RCPT);
	/* No refusal, and not what may come here: 354. */
	if (r->result.verdict == VERDICT_SENT && !is_yes(s)) {
		r->result.key = REASON_REPLY_BAD;
		catalogue_recognise(&r->result);
	}
	if (r->result.verdict == VERDICT_SENT || left_out)
		r->result.verdict = VERDICT_DEFERRED;
	/* It is asked again, without the parameter: no refusal of its own. */
	if (left_out)
		r->result.reply_code = 0;
	if (is_refused_whole(t))
		transact_stop(s, t);
	report_refused(s, t);
}

/* --- BDAT */

/* BDAT as such is refused, and not the message: a server, or something on the way to it, that
   offers CHUNKING and does not know it. */
static bool is_unknown_command(const struct session *s)
{
	static const int codes[] = {500, 501, 502, 503, 504, 555};
	bool unknown = s->reply.code >= 500 &&
	               (strcmp(s->reply.status, "5.5.1") == 0 || strcmp(s->reply.status, "5.5.4") == 0);
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		unknown = unknown || s->reply.code == codes[i];
	return unknown;
}

static void give_up_chunking(struct session *s)
{
	struct diagnosis d = {0};
	if (s->chunking == CHUNKING_OFF)
		return;
	s->chunking = CHUNKING_OFF;
	session_diagnose(s, &d, STAGE_DATA);
	if (s->policy->left_out != NULL)
		s->policy->left_out(s->policy->context, PARAMETER_CHUNKING, &d);
}

/* The byte may begin a command now: the first RSET is spoilt then, the one before MAIL is not. */
static void reset_twice(struct session *s)
{
	command_reset(s, NULL);
	s->dirty = true;
}

/* A probe asks no more than that. */
static void end_probe(struct session *s, struct transaction *t)
{
	if (s->reply.code >= 500) {
		give_up_chunking(s);
		command_reset(s, NULL);
	}
	command_reset(s, NULL);
	transact_finish(s, t);
}

/* To the chunk of one byte that the first message of a session begins with.  Whatever a server has
   against that, DATA is to find out: the refusal is not the message's. */
static void on_ask(struct session *s, struct transaction *t)
{
	if (s->policy->stop_before_data) {
		end_probe(s, t);
		return;
	}
	if (is_yes(s))
		s->chunking = CHUNKING_WORKS;
	if (is_yes(s) && t->accepted > 0) {
		t->chunked = true;
		s->sending = t;
	} else if (s->reply.code >= 500 && t->accepted > 0) {
		give_up_chunking(s);
		reset_twice(s);
		transact_restart(s, t);
	} else {
		reset_twice(s);
		settle_reply(s, t, STAGE_DATA);
		transact_finish(s, t);
	}
}

/* The bytes of the chunk were not read as such: they are commands now, and answers mean nothing any
   more.  What follows it cannot have been accepted. */
static bool is_out_of_step(const struct session *s)
{
	return s->reply.code == 500 || s->reply.code == 502;
}

static void end_out_of_step(struct session *s, struct transaction *t)
{
	struct diagnosis d = {0};
	session_diagnose(s, &d, STAGE_DATA);
	give_up_chunking(s);
	t->turned_away = true;
	reply_clear(&s->reply);
	transact_closed(s, d.key, d.text);
}

static void note_refused_chunk(struct session *s, struct transaction *t, enum stage stage)
{
	s->dirty = true;
	if (is_out_of_step(s)) {
		end_out_of_step(s, t);
	} else if (t->accepted > 0 && is_unknown_command(s)) {
		give_up_chunking(s);
		t->again = true;
	} else if (!t->again) {
		settle_reply(s, t, stage);
	}
}

/* RFC 3030 2: after a chunk that was refused no further one is sent. */
static void on_chunk(struct session *s, struct transaction *t)
{
	if (is_yes(s) || t->stopped)
		return;
	note_refused_chunk(s, t, STAGE_BODY);
	if (s->state == SESSION_READY)
		transact_stop(s, t);
}

/* A server that answers at once may have more in flight; one that takes its time gets the next
   message when the last one is done, so that others can have what it did not begin. */
static void adapt_window(struct session *s, const struct transaction *t)
{
	if (s->now_ms - t->end_ms > PROMPT_MS)
		s->window = SESSION_WINDOW_LEAST;
	else if (s->window < SESSION_WINDOW)
		s->window++;
}

static void on_dot(struct session *s, struct transaction *t)
{
	s->delivered += is_yes(s) && t->accepted > 0;
	if (!t->chunked) {
		settle_reply(s, t, STAGE_END_OF_DATA);
		transact_finish(s, t);
		return;
	}
	adapt_window(s, t);
	if (is_yes(s))
		settle_reply(s, t, STAGE_END_OF_DATA);
	else
		note_refused_chunk(s, t, STAGE_END_OF_DATA);
}

/* A message in chunks is over when all that it was answered is there. */
static void end_chunked(struct session *s, struct transaction *t)
{
	if (!t->chunked || t->owed > 0 || (!t->end_sent && !t->stopped))
		return;
	/* Its MAIL was refused: what came after that is no message for the server. */
	t->begun = t->begun && !t->turned_away;
	if (t->again && !is_refused_whole(t))
		transact_restart(s, t);
	else
		transact_finish(s, t);
}

/* --- DATA */

static void on_data(struct session *s, struct transaction *t)
{
	if (s->reply.code == 354 && t->accepted > 0) {
		s->sending = t;
	} else if (s->reply.code == 354) {
		/* DATA went out with the group before the refusals came back: an empty message ends it (RFC
		 * 2920 3.1). */
		command_void_dot(s, t);
	} else {
		s->dirty = true;
		settle_reply(s, t, STAGE_DATA);
		transact_finish(s, t);
	}
}

/* Of a transaction that was withdrawn.  After a 354 anything that is sent would be its message, so
 * the session ends; what it has taken was not begun. */
static void on_withdrawn(struct session *s, enum session_expect kind)
{
	s->withdrawn--;
	if (kind == EXPECT_ASK && is_yes(s))
		s->chunking = CHUNKING_WORKS;
	if (kind != EXPECT_DATA && kind != EXPECT_ASK)
		return;
	if (kind == EXPECT_ASK && !is_yes(s))
		reset_twice(s);
	s->dirty = true;
	if (s->reply.code != 354)
		return;
	while (s->taken_count > 0)
		transact_finish(s, s->taken[0]);
	s->count = s->withdrawn = 0;
	s->state = SESSION_OVER;
}

/* A transaction that the server keeps open would get the recipients of the next one. */
static void on_rset(struct session *s)
{
	if (s->chunking != CHUNKING_WORKS || s->reply.code < 400)
		return;
	TEXT(words, 300);
	char text[200];
	reply_text(&s->reply, text, sizeof text);
	text_printf(&words, "RSET was refused: %d %s", s->reply.code, text);
	reply_clear(&s->reply);
	transact_broken(s, REASON_REPLY_BAD, words.data);
}

static void give_answer(struct session *s, const struct session_awaited *a)
{
	struct transaction *t = a->t;
	if (t->turned_away)
		return;
	switch (a->kind) {
	case EXPECT_MAIL: on_mail(s, t); break;
	case EXPECT_RCPT: on_rcpt(s, t, a->rcpt); break;
	case EXPECT_DATA: on_data(s, t); break;
	case EXPECT_ASK: on_ask(s, t); break;
	case EXPECT_CHUNK: on_chunk(s, t); break;
	case EXPECT_DOT: on_dot(s, t); break;
	case EXPECT_VOID_DOT:
		s->dirty = true;
		transact_finish(s, t);
		break;
	default: break;
	}
}

void replies_take(struct session *s)
{
	transact_note_sent(s);
	if (endings_take(s))
		return;
	struct session_awaited a = s->awaited[s->first];
	s->first = (s->first + 1) % SESSION_AWAITED_MAX;
	s->count--;
	if (a.t != NULL)
		a.t->owed--;
	if (a.kind == EXPECT_RSET) {
		s->withdrawn -= a.t == NULL && s->withdrawn > 0;
		on_rset(s);
	} else if (a.t == NULL) {
		if (s->withdrawn > 0)
			on_withdrawn(s, a.kind);
	} else {
		bool chunked = a.t->chunked;
		give_answer(s, &a);
		if (chunked && s->state == SESSION_READY)
			end_chunked(s, a.t);
	}
	if (s->limit.key != REASON_NONE && s->count == 0 && s->state == SESSION_READY)
		transact_closed(s, s->limit.key, s->limit.text);
	s->out_seen = s->out.length;
}
