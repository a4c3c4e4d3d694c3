/* From the banner to the point where mail can be given, and the end. */
#include "relay/smtp/session.h"
#include "base/compat.h"
#include "base/text.h"
#include "relay/smtp/login.h"
#include "relay/smtp/transact.h"

#define PASS_OVER_MAX 20 /* lines that are no reply, behind the end of a message */

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

/* After EHLO: TLS first, then AUTH, then mail. */
static void go_on(struct session *s)
{
	const struct session_policy *p = s->policy;
	bool wants_tls = !s->secured && p->tls != HOP_TLS_OFF;
	if (wants_tls && s->ehlo.starttls) {
		say(s, "STARTTLS");
		s->state = SESSION_STARTTLS;
	} else if (wants_tls && p->tls != HOP_TLS_OPPORTUNISTIC) {
		session_fail(s, STAGE_STARTTLS, "starttls-missing",
		    "the server does not offer STARTTLS, and TLS is required");
	} else if (p->login[0] != '\0') {
		login_begin(s);
	} else {
		s->state = SESSION_READY;
	}
}

static void on_banner(struct session *s)
{
	session_look(s, SERVER_GREETING, buffer_string(&s->reply.text));
	if (s->reply.code != 220)
		session_fail_reply(s, STAGE_BANNER);
	else
		say_hello(s, "EHLO", SESSION_EHLO);
}

static void on_ehlo(struct session *s)
{
	if (s->reply.code == 250) {
		session_look(s, SERVER_OFFER, buffer_string(&s->reply.text));
		ehlo_parse(&s->ehlo, &s->reply);
		go_on(s);
	} else if (s->reply.code >= 500 && !s->secured) {
		say_hello(s, "HELO", SESSION_HELO);
	} else {
		session_fail_reply(s, STAGE_EHLO);
	}
}

static void on_helo(struct session *s)
{
	if (s->reply.code != 250) {
		session_fail_reply(s, STAGE_EHLO);
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
		session_fail(s, STAGE_STARTTLS, "starttls-injection",
		    "there were bytes after the answer to STARTTLS: somebody on the way may be adding "
		    "commands");
	} else if (s->reply.code == 220) {
		s->state = SESSION_HANDSHAKE;
	} else if (s->policy->tls == HOP_TLS_OPPORTUNISTIC && s->reply.code != 421) {
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
	case SESSION_READY: transact_reply(s); break;
	default: s->state = SESSION_OVER; break;
	}
}

void session_start(struct session *s, const struct session_policy *policy, int64_t now_ms)
{
	*s = (struct session){.policy = policy, .secured = policy->implicit_tls};
	session_sent(s, now_ms);
}

/* Behind the end of a message a line that cannot be read is passed over: the answer that follows
   decides whether it is sent again. */
static bool may_pass_over(struct session *s)
{
	bool passed = s->state == SESSION_READY && session_stage(s) == STAGE_DOT &&
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
	if (result == REPLY_BAD)
		reply_clear(&s->reply);
	buffer_drop(&s->in, s->in.length);
	session_broken(s, "reply-bad", problem);
}

void session_receive(struct session *s, const char *bytes, size_t length, int64_t now_ms)
{
	const char *problem = NULL;
	bool answered = false;
	buffer_add(&s->in, bytes, length);
	while (s->state != SESSION_OVER && s->state != SESSION_HANDSHAKE) {
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

void session_broken(struct session *s, const char *key, const char *words)
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
	if (s->out.data != NULL)
		compat_wipe(s->out.data, s->out.size);
	buffer_free(&s->out);
}
