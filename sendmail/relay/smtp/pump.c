/* What is said next: MAIL, RCPT and DATA in one group (RFC 2920), the next transaction's group
   after the end of this one; with CHUNKING (RFC 3030) whole transactions one after the other, as
   many as the window lets. */
#include "diagnosis/catalogue.h"
#include "base/text.h"
#include "relay/smtp/require_tls.h"
#include "relay/smtp/smtp_commands.h"
#include "relay/smtp/session_state.h"
#include "relay/smtp/transact.h"
#include "relay/smtp/utf8.h"

#define OUT_ENOUGH_BYTES 65536
#define FLIGHT_BYTES (512 * 1024) /* of messages without an answer, unless there is one only */
#define RING_SPARE 8              /* answers beside those of MAIL and RCPT */

static bool is_grouped(const struct session *s)
{
	return s->ehlo.pipelining && !s->policy->stop_before_data;
}

static bool may_chunk(const struct session *s)
{
	return s->ehlo.chunking && is_grouped(s) && s->chunking != CHUNKING_OFF;
}

/* A probe, when all recipients are answered: whether BDAT is known is asked, too. */
static bool asks_only(const struct session *s, const struct transaction *t)
{
	return s->policy->stop_before_data && s->ehlo.chunking && s->ehlo.pipelining &&
	       t->step == t->rcpt_count + 1 && t->accepted > 0;
}

/* --- the message */

static void show_message(const struct session *s, const struct transaction *t)
{
	TEXT(words, 80);
	text_printf(&words, "(the message, %lld bytes)%s", (long long)t->size_bytes,
	    t->chunked ? "" : " .");
	if (s->policy->said != NULL)
		s->policy->said(s->policy->context, words.data, words.length);
}

static void end_message(struct session *s, struct transaction *t)
{
	s->sending = NULL;
	show_message(s, t);
	t->end_sent = true;
	t->end_at = s->sent_bytes + (int64_t)s->out.length;
	t->end_ms = s->now_ms;
	if (s->policy->ending != NULL)
		s->policy->ending(s->policy->context, t);
	command_await_dot(s, t);
}

static const char unreadable[] = "the message cannot be read to its end from the queue";

static void pump_body(struct session *s, struct transaction *t)
{
	while (s->out.length < OUT_ENOUGH_BYTES) {
		bool more = t->body(t->context, &s->out);
		if (t->unreadable) {
			transact_broken(s, REASON_SPOOL_DAMAGED, unreadable);
			return;
		}
		if (!more) {
			end_message(s, t);
			return;
		}
	}
}

/* Without its last chunk it is no message: the others in flight go on. */
static void leave_unreadable(struct session *s, struct transaction *t)
{
	struct diagnosis d = {0};
	diag_set(&d, VERDICT_DEFERRED, STAGE_BODY, REASON_SPOOL_DAMAGED, "%s", unreadable);
	catalogue_recognise(&d);
	transact_settle(t, &d);
	transact_stop(s, t);
	if (t->owed == 0)
		transact_finish(s, t);
}

/* One chunk; false: answers have to come first. */
static bool pump_chunk(struct session *s, struct transaction *t)
{
	struct buffer chunk = {0};
	bool more = true;
	if (s->count + RING_SPARE > SESSION_AWAITED_MAX)
		return false;
	if (s->asking == t) {
		buffer_add(&chunk, s->held.data, s->held.length);
		more = !s->held_last;
		transact_drop_held(s, t);
	}
	while (more && chunk.length < OUT_ENOUGH_BYTES && !t->unreadable)
		more = t->body(t->context, &chunk);
	if (t->unreadable) {
		leave_unreadable(s, t);
	} else {
		command_chunk(s, t, &chunk, !more);
		if (!more)
			end_message(s, t);
	}
	buffer_free(&chunk);
	return true;
}

static bool pump_message(struct session *s)
{
	struct transaction *t = s->sending;
	if (t->chunked)
		return pump_chunk(s, t);
	pump_body(s, t);
	return true;
}

/* A server that offers BDAT and does not know it would take what follows it for commands, so one
   byte goes first. */
static void ask_chunking(struct session *s, struct transaction *t)
{
	s->asking = t;
	t->chunked = true;
	s->held_last = !t->body(t->context, &s->held);
	t->chunked = false;
	if (t->unreadable || s->held.length == 0) {
		transact_broken(s, REASON_SPOOL_DAMAGED, unreadable);
		return;
	}
	char first = s->held.data[0];
	buffer_drop(&s->held, 1);
	command_ask_chunking(s, t, first);
}

/* --- commands */

/* Next command of a transaction: 0 MAIL, 1..n RCPT, n+1 what begins its message.  A recipient that
   was refused before it began anew is not asked again. */
static void say_step(struct session *s, struct transaction *t)
{
	int step = t->step++;
	t->begun = true;
	if (step == 0) {
		command_mail(s, t);
	} else if (step <= t->rcpt_count) {
		if (t->rcpts[step - 1].result.verdict == VERDICT_NONE)
			command_rcpt(s, t, step - 1);
	} else if (s->policy->stop_before_data || (may_chunk(s) && s->chunking == CHUNKING_UNTRIED)) {
		ask_chunking(s, t);
	} else if (!may_chunk(s)) {
		command_data(s, t);
	} else {
		t->chunked = true;
		s->sending = t;
	}
}

/* Room in flight for one more message. */
static bool has_room(const struct session *s, const struct transaction *t)
{
	int flying = 0;
	int64_t bytes = 0;
	for (int i = 0; i < s->taken_count; i++) {
		const struct transaction *o = s->taken[i];
		flying += o->begun && o->chunked;
		bytes += o->begun && o->chunked ? o->size_bytes : 0;
	}
	return flying == 0 || (flying < s->window && bytes + t->size_bytes <= FLIGHT_BYTES &&
	                          s->count + t->rcpt_count + RING_SPARE < SESSION_AWAITED_MAX);
}

/* RFC 2920 lets the next MAIL follow a message's end at once; Courier reads on only after it has
   answered, and what came before is lost.  While the answer to a DATA is open, bytes after it
   could be taken for its message. */
static bool has_to_wait(const struct session *s)
{
	bool waits = !is_grouped(s) && s->count > 0;
	for (int i = 0; i < s->count && !waits; i++) {
		enum session_expect kind = s->awaited[(s->first + i) % SESSION_AWAITED_MAX].kind;
		waits =
		    kind == EXPECT_DATA || kind == EXPECT_ASK || (kind == EXPECT_DOT && s->ehlo.courier);
	}
	return waits;
}

/* The transaction whose commands are next, if they may go out now. */
static struct transaction *next_to_say(struct session *s)
{
	struct transaction *next = NULL;
	if (has_to_wait(s))
		return NULL;
	for (int i = 0; i < s->taken_count && next == NULL; i++) {
		if (s->taken[i]->step <= s->taken[i]->rcpt_count + 1)
			next = s->taken[i];
	}
	if (next != NULL && next->step == 0 && (s->last || (may_chunk(s) && !has_room(s, next))))
		next = NULL;
	return next;
}

/* Without PIPELINING every answer is known before the next command: what cannot succeed is not
 * asked. */
static bool is_hopeless(const struct session *s, const struct transaction *t)
{
	if (is_grouped(s) || t->step == 0 || asks_only(s, t))
		return false;
	bool all_asked = t->step == t->rcpt_count + 1;
	return t->mail_refused || (all_asked && (t->accepted == 0 || s->policy->stop_before_data));
}

static bool is_too_big(const struct session *s, const struct transaction *t)
{
	return t->step == 0 && s->ehlo.size_bytes > 0 && t->size_bytes > s->ehlo.size_bytes;
}

static void refuse_size(struct session *s, struct transaction *t)
{
	struct diagnosis d = {0};
	diag_set(&d, VERDICT_FAILED, STAGE_MAIL, REASON_SIZE_EXCEEDED,
	    "the message has %lld bytes, the server accepts at most %lld", (long long)t->size_bytes,
	    (long long)s->ehlo.size_bytes);
	text_copy(d.status, sizeof d.status, "5.3.4");
	catalogue_recognise(&d);
	transact_settle(t, &d);
	transact_finish(s, t);
}

static void refuse_utf8(struct session *s, struct transaction *t)
{
	for (int i = 0; i < t->rcpt_count; i++)
		utf8_diagnose(t, t->rcpts[i].address, &t->rcpts[i].result);
	transact_finish(s, t);
}

static void refuse_unsafe(struct session *s, struct transaction *t)
{
	struct diagnosis d = {0};
	require_tls_diagnose(s, &d);
	transact_settle(t, &d);
	transact_finish(s, t);
}

/* What cannot go at all: true when it is dealt with. */
static bool was_refused_here(struct session *s, struct transaction *t)
{
	if (is_too_big(s, t)) {
		refuse_size(s, t);
	} else if (t->step == 0 && t->needs_utf8 && !s->ehlo.smtputf8) {
		refuse_utf8(s, t);
	} else if (t->step == 0 && t->require_tls && !require_tls_met(s)) {
		refuse_unsafe(s, t);
	} else if (is_hopeless(s, t)) {
		s->dirty = true;
		if (s->policy->stop_before_data)
			command_reset(s, NULL);
		transact_finish(s, t);
	} else {
		return false;
	}
	return true;
}

/* The answer to a DATA can only start when the commands are all said, so a whole group goes out at
   once.  After a message in chunks whose outcome is open, RSET is first: should the server refuse
   that one and keep its transaction open, the next one's recipients must not become its own. */
static void pump_commands(struct session *s, struct transaction *t)
{
	if (was_refused_here(s, t))
		return;
	bool behind_chunks = s->chunking == CHUNKING_WORKS && s->count > 0;
	if (t->step == 0 && (s->dirty || behind_chunks)) {
		command_reset(s, t);
		if (!is_grouped(s))
			return;
	}
	say_step(s, t);
	/* The last step may end the session, and t with it. */
	for (int left = t->rcpt_count + 2 - t->step; is_grouped(s) && left > 0; left--)
		say_step(s, t);
}

void session_pump(struct session *s, int64_t now_ms)
{
	if (s->state != SESSION_READY)
		return;
	transact_note_sent(s);
	s->now_ms = now_ms;
	size_t before = s->out.length;
	while (s->state == SESSION_READY && s->out.length < OUT_ENOUGH_BYTES) {
		struct transaction *t;
		if (s->sending != NULL) {
			if (!pump_message(s))
				break;
		} else if ((t = next_to_say(s)) != NULL) {
			pump_commands(s, t);
		} else {
			break;
		}
	}
	s->out_seen = s->out.length;
	if (before == 0 && s->out.length > 0)
		session_sent(s, now_ms);
}
