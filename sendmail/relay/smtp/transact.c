/* Mail transactions: MAIL, RCPT and DATA in one group (RFC 2920), the next transaction's group
 * behind the dot of this one. */
#include "diagnosis/catalogue.h"
#include "base/text.h"
#include "message/dsn.h"
#include "relay/smtp/refused.h"
#include "relay/smtp/transact.h"
#include "relay/smtp/utf8.h"
#include <string.h>

#define OUT_ENOUGH_BYTES 65536
#define RING (int)(sizeof((struct session *)0)->awaited / sizeof(struct session_awaited))

static void await(struct session *s, enum session_expect kind, struct transaction *t, int rcpt)
{
	s->awaited[(s->first + s->count++) % RING] = (struct session_awaited){kind, t, rcpt};
}

static void put_upper(struct buffer *out, const char *name, const char *word)
{
	buffer_puts(out, name);
	for (; *word != '\0'; word++) {
		char c = *word >= 'a' && *word <= 'z' ? (char)(*word - 32) : *word;
		buffer_add(out, &c, 1);
	}
}

static void say_mail(struct session *s, const struct transaction *t)
{
	buffer_printf(&s->out, "MAIL FROM:<%s>", t->sender);
	if (s->ehlo.size_known)
		buffer_printf(&s->out, " SIZE=%lld", (long long)t->size_bytes);
	if (t->has_8bit && s->ehlo.eightbitmime)
		buffer_puts(&s->out, " BODY=8BITMIME");
	if (t->needs_utf8 && s->ehlo.smtputf8)
		buffer_puts(&s->out, " SMTPUTF8");
	if (s->ehlo.dsn && t->ret[0] != '\0')
		buffer_printf(&s->out, " RET=%s", t->ret);
	if (s->ehlo.dsn && t->envid[0] != '\0') {
		buffer_puts(&s->out, " ENVID=");
		dsn_put_xtext(&s->out, t->envid);
	}
	buffer_puts(&s->out, "\r\n");
}

static void say_rcpt(struct session *s, const struct transaction *t, int rcpt)
{
	const struct session_rcpt *r = &t->rcpts[rcpt];
	buffer_printf(&s->out, "RCPT TO:<%s>", r->address);
	if (s->ehlo.dsn && r->notify != NULL && r->notify[0] != '\0')
		put_upper(&s->out, " NOTIFY=", r->notify);
	if (s->ehlo.dsn && r->orcpt != NULL && r->orcpt[0] != '\0') {
		buffer_puts(&s->out, " ORCPT=");
		dsn_put_orcpt(&s->out, r->orcpt);
	}
	buffer_puts(&s->out, "\r\n");
}

/* Next command of a transaction. */
static void say_step(struct session *s, struct transaction *t)
{
	size_t from = s->out.length;
	t->begun = true;
	if (t->step == 0) {
		say_mail(s, t);
		await(s, EXPECT_MAIL, t, 0);
	} else if (t->step <= t->rcpt_count) {
		say_rcpt(s, t, t->step - 1);
		await(s, EXPECT_RCPT, t, t->step - 1);
	} else {
		buffer_puts(&s->out, "DATA\r\n");
		await(s, EXPECT_DATA, t, 0);
	}
	session_show(s, from);
	t->step++;
}

static void drop_taken(struct session *s, struct transaction *t)
{
	for (int i = 0; i < s->taken_count; i++) {
		if (s->taken[i] != t)
			continue;
		s->taken_count--;
		memmove(&s->taken[i], &s->taken[i + 1], (size_t)(s->taken_count - i) * sizeof s->taken[0]);
		return;
	}
}

static void finish(struct session *s, struct transaction *t)
{
	drop_taken(s, t);
	s->policy->finished(s->policy->context, t);
}

/* A result for each recipient that has none yet. */
static void settle(struct transaction *t, const struct diagnosis *d)
{
	for (int i = 0; i < t->rcpt_count; i++) {
		struct diagnosis *result = &t->rcpts[i].result;
		if (result->verdict == VERDICT_NONE)
			*result = *d;
	}
}

static void settle_reply(struct session *s, struct transaction *t, enum stage stage)
{
	struct diagnosis d = {0};
	session_diagnose(s, &d, stage);
	/* A 250 where it makes no sense, or a 3xx, is not a success of the message. */
	if (d.verdict == VERDICT_SENT && (stage != STAGE_DOT || s->reply.code >= 300)) {
		d.verdict = VERDICT_DEFERRED;
		d.key = REASON_REPLY_BAD;
		catalogue_recognise(&d);
	}
	settle(t, &d);
}

/* Before the rest of the group is answered: a tarpit may take minutes for that. */
static void tell_refused(struct session *s, struct transaction *t)
{
	if (s->policy->refused != NULL)
		s->policy->refused(s->policy->context, t);
}

static void on_mail(struct session *s, struct transaction *t)
{
	if ((s->reply.code >= 200 && s->reply.code < 300) || refused_parameter(s, t, STAGE_MAIL, 0))
		return;
	t->mail_refused = true;
	settle_reply(s, t, STAGE_MAIL);
	tell_refused(s, t);
}

static void on_rcpt(struct session *s, struct transaction *t, int rcpt)
{
	struct session_rcpt *r = &t->rcpts[rcpt];
	if (s->reply.code >= 200 && s->reply.code < 300 && !t->mail_refused) {
		r->accepted = true;
		t->accepted++;
		return;
	}
	if (r->result.verdict != VERDICT_NONE || refused_parameter(s, t, STAGE_RCPT, rcpt))
		return;
	session_diagnose(s, &r->result, STAGE_RCPT);
	if (r->result.verdict == VERDICT_SENT)
		r->result.verdict = VERDICT_DEFERRED;
	tell_refused(s, t);
}

/* Of a transaction that was withdrawn.  Behind a 354 anything that is sent would be its message, so
 * the session ends; what it has taken was not begun. */
static void on_withdrawn(struct session *s, enum session_expect kind)
{
	s->withdrawn--;
	if (kind != EXPECT_DATA)
		return;
	s->dirty = true;
	if (s->reply.code != 354)
		return;
	while (s->taken_count > 0)
		finish(s, s->taken[0]);
	s->count = s->withdrawn = 0;
	s->state = SESSION_OVER;
}

static void on_data(struct session *s, struct transaction *t)
{
	if (s->reply.code == 354 && t->accepted > 0) {
		s->sending = t;
	} else if (s->reply.code == 354) {
		/* DATA went out with the group before the refusals came back: an empty message ends it (RFC
		 * 2920 3.1). */
		size_t from = s->out.length;
		buffer_puts(&s->out, ".\r\n");
		session_show(s, from);
		await(s, EXPECT_VOID_DOT, t, 0);
	} else {
		s->dirty = true;
		settle_reply(s, t, STAGE_DATA);
		finish(s, t);
	}
}

/* Nothing of its message was sent, and nothing refused. */
static bool is_untouched(const struct session *s, const struct transaction *t)
{
	bool untouched = t != s->sending && !t->dot_sent && !t->mail_refused;
	for (int i = 0; i < t->rcpt_count && untouched; i++)
		untouched = t->rcpts[i].result.verdict == VERDICT_NONE;
	return untouched;
}

/* A server that takes so many messages in a session, and then ends it, says nothing about the next
   message, whose commands stood behind the end of the last one.  One that accepts none is another
   matter. */
static bool is_next_one(const struct session *s, const struct transaction *t)
{
	return s->delivered > 0 && is_untouched(s, t);
}

/* The server says that it closes (RFC 5321 3.8): nothing more will be answered. */
static void on_closing(struct session *s)
{
	struct diagnosis d = {0};
	enum stage stage = session_stage(s);
	struct transaction *t = s->count > 0 ? s->awaited[s->first].t : NULL;
	session_diagnose(s, &d, stage);
	if (t != NULL && t->begun && !is_next_one(s, t))
		settle(t, &d);
	transact_broken(s, d.key, d.text);
}

/* An answer in the middle of the message: the server has read enough.  The session ends, because
   the rest of the message would be read as commands. */
static void on_early(struct session *s)
{
	struct transaction *t = s->sending;
	struct diagnosis d = {0};
	settle_reply(s, t, STAGE_BODY);
	session_diagnose(s, &d, STAGE_BODY);
	reply_clear(&s->reply);
	transact_broken(s, d.key != REASON_NONE ? d.key : REASON_REPLY_BAD, d.text);
}

/* The next message is refused because this session has had enough of them: it goes in a new one. */
static bool is_session_limit(struct session *s)
{
	struct diagnosis d = {0};
	if (s->delivered == 0 || s->reply.code < 400 || s->reply.code > 499 ||
	    session_stage(s) != STAGE_MAIL)
		return false;
	session_diagnose(s, &d, STAGE_MAIL);
	return d.key == REASON_SESSION_LIMIT;
}

void transact_reply(struct session *s)
{
	bool asked = s->count > 0, idle = !asked && s->sending == NULL;
	if (s->reply.code == 421 || (idle && s->reply.code >= 400) || is_session_limit(s)) {
		on_closing(s);
		return;
	}
	if (!asked && !idle) {
		on_early(s);
		return;
	}
	if (!asked) {
		/* Not to be taken for the answer to something. */
		reply_clear(&s->reply);
		transact_broken(s, REASON_REPLY_BAD, "the server answered where nothing was asked");
		return;
	}
	struct session_awaited a = s->awaited[s->first];
	s->first = (s->first + 1) % RING;
	s->count--;
	if (a.t == NULL && s->withdrawn > 0) {
		on_withdrawn(s, a.kind);
		return;
	}
	switch (a.kind) {
	case EXPECT_MAIL: on_mail(s, a.t); break;
	case EXPECT_RCPT: on_rcpt(s, a.t, a.rcpt); break;
	case EXPECT_DATA: on_data(s, a.t); break;
	case EXPECT_DOT:
		s->delivered += s->reply.code >= 200 && s->reply.code < 300;
		settle_reply(s, a.t, STAGE_DOT);
		finish(s, a.t);
		break;
	case EXPECT_VOID_DOT:
		s->dirty = true;
		finish(s, a.t);
		break;
	default: break;
	}
}

static void show_message(const struct session *s, const struct transaction *t)
{
	TEXT(words, 80);
	text_printf(&words, "(the message, %lld bytes) .", (long long)t->size_bytes);
	if (s->policy->said != NULL)
		s->policy->said(s->policy->context, words.data, words.length);
}

static void pump_body(struct session *s)
{
	struct transaction *t = s->sending;
	while (s->out.length < OUT_ENOUGH_BYTES) {
		bool more = t->body(t->context, &s->out);
		if (t->unreadable) {
			transact_broken(s, REASON_SPOOL_DAMAGED,
			    "the message cannot be read to its end from the queue");
			return;
		}
		if (more)
			continue;
		s->sending = NULL;
		show_message(s, t);
		t->dot_sent = true;
		if (s->policy->ending != NULL)
			s->policy->ending(s->policy->context, t);
		await(s, EXPECT_DOT, t, 0);
		return;
	}
}

static bool is_grouped(const struct session *s)
{
	return s->ehlo.pipelining && !s->policy->stop_before_data;
}

/* The transaction whose commands are next, if they may go out now: not while the answer to a DATA
   is open, because bytes behind it could be taken for its message. */
static struct transaction *next_to_say(struct session *s)
{
	for (int i = 0; i < s->count; i++) {
		enum session_expect kind = s->awaited[(s->first + i) % RING].kind;
		/* RFC 2920 lets the next MAIL follow a message's end at once; Courier reads on only after
		 * it has answered, and what came before is lost. */
		if (kind == EXPECT_DATA || (kind == EXPECT_DOT && s->ehlo.courier))
			return NULL;
	}
	if (!is_grouped(s) && s->count > 0)
		return NULL;
	for (int i = 0; i < s->taken_count; i++) {
		if (s->taken[i]->step <= s->taken[i]->rcpt_count + 1)
			return s->taken[i];
	}
	return NULL;
}

/* Without PIPELINING every answer is known before the next command: what cannot succeed is not
 * asked. */
static bool is_hopeless(const struct session *s, const struct transaction *t)
{
	if (is_grouped(s) || t->step == 0)
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
	settle(t, &d);
	finish(s, t);
}

static void reset(struct session *s, struct transaction *t)
{
	size_t from = s->out.length;
	buffer_puts(&s->out, "RSET\r\n");
	session_show(s, from);
	await(s, EXPECT_RSET, t, 0);
	s->dirty = false;
}

static void refuse_utf8(struct session *s, struct transaction *t)
{
	for (int i = 0; i < t->rcpt_count; i++)
		utf8_diagnose(t, t->rcpts[i].address, &t->rcpts[i].result);
	finish(s, t);
}

/* The answer to a DATA can only start when the commands are all said, so a whole group goes out at
 * once. */
static void pump_commands(struct session *s, struct transaction *t)
{
	if (is_too_big(s, t)) {
		refuse_size(s, t);
		return;
	}
	if (t->step == 0 && t->needs_utf8 && !s->ehlo.smtputf8) {
		refuse_utf8(s, t);
		return;
	}
	if (is_hopeless(s, t)) {
		s->dirty = true;
		if (s->policy->stop_before_data)
			reset(s, NULL);
		finish(s, t);
		return;
	}
	if (t->step == 0 && s->dirty) {
		reset(s, t);
		if (!is_grouped(s))
			return;
	}
	say_step(s, t);
	while (is_grouped(s) && t->step <= t->rcpt_count + 1)
		say_step(s, t);
}

void session_pump(struct session *s, int64_t now_ms)
{
	if (s->state != SESSION_READY)
		return;
	size_t before = s->out.length;
	while (s->state == SESSION_READY && s->out.length < OUT_ENOUGH_BYTES) {
		struct transaction *t;
		if (s->sending != NULL)
			pump_body(s);
		else if ((t = next_to_say(s)) != NULL)
			pump_commands(s, t);
		else
			break;
	}
	if (before == 0 && s->out.length > 0)
		session_sent(s, now_ms);
}

bool session_can_take(const struct session *s)
{
	return s->state == SESSION_READY && s->taken_count < SESSION_WINDOW && s->withdrawn == 0;
}

void session_take(struct session *s, struct transaction *t)
{
	t->step = t->accepted = 0;
	t->begun = t->mail_refused = t->dot_sent = false;
	s->taken[s->taken_count++] = t;
}

bool session_withdraw(struct session *s, struct transaction *t)
{
	if (!is_untouched(s, t))
		return false;
	for (int i = 0; i < s->count; i++) {
		struct session_awaited *a = &s->awaited[(s->first + i) % RING];
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

/* What the loss of the link means for one transaction: behind the dot nobody knows (RFC
 * 5321 4.2.5), before it nothing was delivered. */
static void settle_broken(struct session *s, struct transaction *t, enum reason_key key,
    const char *words)
{
	struct diagnosis d = {0};
	bool unknown = t->dot_sent && t->accepted > 0;
	enum stage stage = unknown ? STAGE_DOT : s->sending == t ? STAGE_BODY : session_stage(s);
	if (unknown)
		diag_set(&d, VERDICT_DEFERRED, stage, REASON_OUTCOME_UNKNOWN,
		    "%s, after the message was sent whole and before the server answered", words);
	else
		diag_set(&d, VERDICT_DEFERRED, stage, key, "%s", words);
	catalogue_recognise(&d);
	settle(t, &d);
}

void transact_broken(struct session *s, enum reason_key key, const char *words)
{
	while (s->taken_count > 0) {
		struct transaction *t = s->taken[0];
		if (t->begun && is_next_one(s, t))
			t->begun = false;
		if (t->begun)
			settle_broken(s, t, key, words);
		finish(s, t);
	}
	s->sending = NULL;
	s->count = 0;
	/* Kept for the caller: it says why there is no session any more. */
	diag_set(&s->failure, VERDICT_DEFERRED, session_stage(s), key, "%s", words);
	catalogue_recognise(&s->failure);
	s->state = SESSION_OVER;
	s->deadline_ms = 0;
}
