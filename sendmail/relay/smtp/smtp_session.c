/* From the banner to the point where mail can be given, and the end. */
#include "relay/smtp/smtp_session.h"
#include "base/text.h"
#include "relay/smtp/login.h"
#include "relay/smtp/refused.h"
#include "relay/smtp/replies.h"
#include "relay/smtp/session_state.h"
#include "relay/smtp/speaks.h"
#include "relay/smtp/transact.h"
#include <string.h>

#define PASS_OVER_MAX 20 /* lines that are no reply, after the end of a message */

static void say(struct session *s, const char *line)
{
	size_t from = s->out.length;
	buffer_printf(&s->out, "%s\r\n", line);
	session_show(s, from);
}

static void say_hello(struct session *s, const char *verb, enum session_state state)
{
	size_t from = s->out.length;
	buffer_printf(&s->out, "%s %s\r\n", verb, s->policy->name);
	session_show(s, from);
	s->state = state;
}

/* A server that offers it always, or an offer that shows the hand of somebody else, is not to
 * blame. */
static void fail_without_tls(struct session *s)
{
	TEXT(words, 200);
	if (s->ehlo.blotted)
		text_put(&words, "STARTTLS is overwritten (XXXX) in what the server offers: something on "
		                 "the way removes it");
	else if (server_has_tls(s->server))
		text_printf(&words,
		    "STARTTLS is not offered, and this server (%s) always offers it: something on the way "
		    "removes it",
		    server_name(s->server));
	else if (s->policy->has_tlsa)
		text_put(&words, "STARTTLS is not offered, and the TLSA records of this server say that it "
		                 "has TLS: something on the way removes it");
	if (words.length > 0)
		session_fail(s, STAGE_STARTTLS, REASON_STARTTLS_REMOVED, words.data);
	else
		session_fail(s, STAGE_STARTTLS, REASON_STARTTLS_MISSING,
		    "the server does not offer STARTTLS, and TLS is required");
}

/* After EHLO: TLS first, then AUTH, then mail. */
static void go_on(struct session *s)
{
	const struct session_policy *p = s->policy;
	bool wants_tls = !s->secured && p->tls != SMARTHOST_TLS_OFF;
	if (wants_tls && s->ehlo.starttls) {
		say(s, "STARTTLS");
		s->state = SESSION_STARTTLS;
	} else if (wants_tls && p->tls != SMARTHOST_TLS_OPPORTUNISTIC) {
		fail_without_tls(s);
	} else if (p->login[0] != '\0') {
		login_begin(s);
	} else {
		s->state = SESSION_READY;
	}
}

/* Another service than SMTP, or nothing that is known. */
static void fail_strange(struct session *s)
{
	enum stage stage = session_stage(s);
	speaks_diagnose(&s->failure, s->head, s->head_length, REASON_REPLY_BAD);
	s->failure.stage = stage;
	s->state = SESSION_OVER;
	s->deadline_ms = 0;
}

static void on_banner(struct session *s)
{
	session_look(s, SERVER_GREETING, buffer_string(&s->reply.text));
	s->greets_as = s->reply.code == 220 ? speaks_service(s->head, s->head_length) : NULL;
	if (s->reply.code < 400 && s->reply.code != 220)
		fail_strange(s);
	else if (s->reply.code != 220)
		session_fail_reply(s, STAGE_BANNER);
	else
		say_hello(s, "EHLO", SESSION_EHLO);
}

static void on_ehlo(struct session *s)
{
	if (s->reply.code == 250) {
		session_look(s, SERVER_OFFER, buffer_string(&s->reply.text));
		ehlo_parse(&s->ehlo, &s->reply);
		refused_leave_out(s, s->policy->without);
		go_on(s);
	} else if (s->reply.code >= 500 && !s->secured) {
		say_hello(s, "HELO", SESSION_HELO);
	} else {
		session_fail_reply(s, STAGE_EHLO);
	}
}

/* It greets like SMTP, and is something else. */
static void fail_other(struct session *s, const char *service)
{
	TEXT(words, 400);
	text_printf(&words, "%s answers on this port, no mail server that accepts mail to relay: %d ",
	    service, s->reply.code);
	speaks_quote(&words, s->reply.text.data, s->reply.text.length);
	session_fail(s, STAGE_EHLO, REASON_OTHER_PROTOCOL, words.data);
}

/* Neither EHLO nor HELO is known to it. */
static void on_no_helo(struct session *s)
{
	bool unknown = s->reply.code == 500 || s->reply.code == 502;
	if (s->greets_as != NULL && (unknown || s->reply.code == 503 || s->reply.code == 530))
		fail_other(s, s->greets_as);
	else if (unknown && !s->asked_lmtp) {
		s->asked_lmtp = true;
		say_hello(s, "LHLO", SESSION_HELO);
	} else
		session_fail_reply(s, STAGE_EHLO);
}

static void on_helo(struct session *s)
{
	if (s->reply.code == 250 && s->asked_lmtp) {
		fail_other(s, "an LMTP server");
		return;
	}
	if (s->reply.code != 250) {
		on_no_helo(s);
		return;
	}
	s->ehlo = (struct ehlo){0};
	go_on(s);
}

static void on_starttls(struct session *s)
{
	if (s->reply.code == 220 && s->in.length > 0) {
		/* RFC 3207 4.2, CVE-2011-0411: bytes sent before TLS must not be read as if they came
		 * through it. */
		session_fail(s, STAGE_STARTTLS, REASON_STARTTLS_INJECTION,
		    "there were bytes after the answer to STARTTLS: somebody on the way may be adding "
		    "commands");
	} else if (s->reply.code == 220) {
		s->state = SESSION_HANDSHAKE;
	} else if (s->policy->tls == SMARTHOST_TLS_OPPORTUNISTIC && s->reply.code != 421) {
		s->ehlo.starttls = false;
		go_on(s);
	} else {
		session_fail_reply(s, STAGE_STARTTLS);
	}
}

static void on_reply(struct session *s)
{
	if (s->policy->replied != NULL)
		s->policy->replied(s->policy->context, &s->reply);
	switch (s->state) {
	case SESSION_BANNER: on_banner(s); break;
	case SESSION_EHLO: on_ehlo(s); break;
	case SESSION_HELO: on_helo(s); break;
	case SESSION_STARTTLS: on_starttls(s); break;
	case SESSION_AUTH: login_reply(s); break;
	case SESSION_READY: replies_take(s); break;
	default: s->state = SESSION_OVER; break;
	}
}

void session_start(struct session *s, const struct session_policy *policy, int64_t now_ms)
{
	*s = (struct session){.policy = policy,
	    .secured = policy->implicit_tls,
	    .window = SESSION_WINDOW_LEAST};
	session_sent(s, now_ms);
}

/* After the end of a message a line that cannot be read is passed over: the answer that follows
   decides whether it is sent again. */
static bool may_pass_over(struct session *s)
{
	bool passed = s->state == SESSION_READY && session_stage(s) == STAGE_END_OF_DATA &&
	              s->passed_over++ < PASS_OVER_MAX;
	if (passed)
		reply_clear(&s->reply);
	return passed;
}

/* What the server has begun to say counts, though the rest of it is missing. */
static void take_rest(struct session *s)
{
	if (s->state == SESSION_HANDSHAKE || s->state >= SESSION_QUIT ||
	    !reply_salvage(&s->reply, &s->in))
		return;
	if (s->state == SESSION_READY || s->reply.code >= 400)
		on_reply(s);
	reply_clear(&s->reply);
}

/* It does not speak SMTP any more. */
static void break_off(struct session *s, enum reply_result result, const char *problem)
{
	/* Of a reply without an end, the code is known. */
	TEXT(words, 400);
	bool strange = result == REPLY_BAD && s->reply.lines == 0;
	text_printf(&words, "%s; it began: ", problem);
	speaks_quote(&words, s->head, s->head_length);
	if (result == REPLY_BAD)
		reply_clear(&s->reply);
	buffer_drop(&s->in, s->in.length);
	if (strange && s->state < SESSION_STARTTLS)
		fail_strange(s);
	else
		session_broken(s, REASON_REPLY_BAD, words.data);
}

static void keep_head(struct session *s)
{
	s->head_length = s->in.length < sizeof s->head ? s->in.length : sizeof s->head;
	if (s->head_length > 0)
		memcpy(s->head, s->in.data, s->head_length);
}

/* A greeting of another service may never have the end of a line. */
static bool is_strange(const struct session *s)
{
	return s->state == SESSION_BANNER && s->reply.bytes == 0 && s->head_length > 0 &&
	       s->head[0] != '2' && s->head[0] != '4' && s->head[0] != '5' &&
	       (speaks_tls(s->head, s->head_length) || speaks_service(s->head, s->head_length) != NULL);
}

void session_receive(struct session *s, const char *bytes, size_t length, int64_t now_ms)
{
	const char *problem = NULL;
	bool answered = false;
	s->now_ms = now_ms;
	buffer_add(&s->in, bytes, length);
	while (s->state != SESSION_OVER && s->state != SESSION_HANDSHAKE) {
		if (s->reply.bytes == 0)
			keep_head(s);
		if (is_strange(s)) {
			fail_strange(s);
			return;
		}
		enum reply_result result = reply_take(&s->reply, &s->in, &problem);
		if (result == REPLY_MORE)
			break;
		if (result == REPLY_BAD && may_pass_over(s))
			continue;
		if (result != REPLY_WHOLE) {
			break_off(s, result, problem);
			return;
		}
		on_reply(s);
		reply_clear(&s->reply);
		answered = true;
	}
	/* Bytes that come one by one buy a server no time: the answer has to be there by then. */
	if (answered)
		session_sent(s, now_ms);
	session_pump(s, now_ms);
}

void session_secured(struct session *s, int64_t now_ms)
{
	s->secured = true;
	s->ehlo = (struct ehlo){0};
	say_hello(s, "EHLO", SESSION_EHLO);
	session_sent(s, now_ms);
}

void session_quit(struct session *s, int64_t now_ms)
{
	if (s->state != SESSION_READY) {
		s->state = SESSION_OVER;
		return;
	}
	say(s, "QUIT");
	s->state = SESSION_QUIT;
	session_sent(s, now_ms);
}

void session_broken(struct session *s, enum reason_key key, const char *words)
{
	take_rest(s);
	if (s->state == SESSION_OVER)
		return;
	if (s->state == SESSION_READY)
		transact_broken(s, key, words);
	else if (s->state != SESSION_QUIT)
		session_fail(s, session_stage(s), key, words);
	s->state = SESSION_OVER;
	s->deadline_ms = 0;
}

void session_free(struct session *s)
{
	auth_free(&s->auth);
	reply_clear(&s->reply);
	buffer_free(&s->in);
	buffer_free(&s->held);
	buffer_wipe(&s->out);
}
