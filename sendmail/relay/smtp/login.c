/* Logging in: one mechanism after the other, until the server understands one. */
#include "relay/smtp/login.h"
#include "base/text.h"
#include "relay/smtp/session_state.h"
#include <string.h>

/* A line of a login is shown to nobody. */
static void say_secret(struct session *s, const char *line)
{
	static const char words[] = "AUTH ... (login and password are not shown)";
	buffer_puts(&s->out, line);
	buffer_puts(&s->out, "\r\n");
	if (s->policy->said != NULL)
		s->policy->said(s->policy->context, words, sizeof words - 1);
}

/* A server that nobody vouches for may be anybody: it gets no secret, and nothing from which one
   could be guessed (CRAM-MD5, SCRAM). Who lets the password cross the network in the clear has
   allowed more than that. */
static bool may_have_secret(struct session *s)
{
	const struct session_policy *p = s->policy;
	TEXT(words, 500);
	if (p->auth_without_tls || (s->secured && (s->verified || p->auth_to_unverified_server)))
		return true;
	if (!s->secured) {
		session_fail(s, STAGE_AUTH, REASON_AUTH_NEEDS_TLS,
		    "a login is configured, but this session has no TLS, and the password is not sent in "
		    "the clear");
		return false;
	}
	text_printf(&words,
	    "a login is configured, but the server is not verified, so the password was not sent: %s",
	    s->doubt[0] != '\0' ? s->doubt : "nothing proves who it is");
	session_fail(s, STAGE_AUTH, REASON_AUTH_UNVERIFIED, words.data);
	return false;
}

static int next_mechanism(const struct session *s)
{
	return auth_choose(s->ehlo.auth & ~s->mechanisms_refused, s->secured, s->policy->mechanisms);
}

static void fail_without_mechanism(struct session *s)
{
	const char *wanted = s->policy->mechanisms;
	TEXT(words, 400);
	text_printf(&words,
	    "a login is configured, but the server offers no AUTH that can be used here (offered: %s",
	    s->ehlo.auth_list[0] != '\0' ? s->ehlo.auth_list : "none");
	if (wanted != NULL && *wanted != '\0')
		text_printf(&words, "; auth = %s", wanted);
	text_put(&words, ")");
	session_fail(s, STAGE_AUTH, REASON_AUTH_MISSING, words.data);
}

void login_begin(struct session *s)
{
	struct buffer line = {0};
	if (!may_have_secret(s))
		return;
	int mechanism = next_mechanism(s);
	if (mechanism == 0) {
		fail_without_mechanism(s);
		return;
	}
	auth_start(&s->auth, mechanism, s->policy->login, s->policy->password);
	auth_first(&s->auth, &line);
	say_secret(s, buffer_string(&line));
	buffer_wipe(&line);
	s->state = SESSION_AUTH;
}

/* The way to log in is at fault, and not login or password. */
static bool is_about_mechanism(struct session *s)
{
	struct diagnosis d = {0};
	session_diagnose(s, &d, STAGE_AUTH);
	return d.key == REASON_AUTH_MISSING || d.key == REASON_AUTH_PROTOCOL ||
	       d.key == REASON_AUTH_TOO_WEAK || text_find_ci(d.text, "mechanism") != NULL;
}

/* True when another one is under way.  CRAM-MD5 and SCRAM before PLAIN: who reads along in the
 * clear could have led us here, but then the configuration lets the password cross in the clear. */
static bool try_next(struct session *s)
{
	s->mechanisms_refused |= s->auth.mechanism;
	if (next_mechanism(s) == 0)
		return false;
	auth_free(&s->auth);
	s->auth_given_up = false;
	login_begin(s);
	return true;
}

static void on_accepted(struct session *s)
{
	if (auth_finished(&s->auth))
		s->state = SESSION_READY;
	else
		session_fail(s, STAGE_AUTH, REASON_AUTH_SERVER_UNPROVED,
		    "the server accepted the login without proving that it knows the password");
}

/* A challenge that makes no sense is given up for the next mechanism; but not for a server that
 * could not prove that it knows the password (SCRAM). */
static void on_challenge(struct session *s)
{
	const char *challenge = buffer_string(&s->reply.text), *problem = NULL;
	struct buffer line = {0};
	int others = s->mechanisms_refused | s->auth.mechanism;
	if (auth_next(&s->auth, challenge, &line, &problem)) {
		say_secret(s, buffer_string(&line));
	} else if (s->auth.mechanism == EHLO_AUTH_CRAM_MD5 &&
	           auth_choose(s->ehlo.auth & ~others, s->secured, s->policy->mechanisms) != 0) {
		s->auth_given_up = true;
		say_secret(s, "*");
	} else {
		session_fail(s, STAGE_AUTH, REASON_AUTH_PROTOCOL,
		    problem != NULL ? problem : "the server's challenge makes no sense");
	}
	buffer_wipe(&line);
}

/* What a provider says of its accounts (a lock, a policy) counts as with a password; the rest is
 * about the token. */
static void fail_token(struct session *s)
{
	struct diagnosis *d = &s->failure;
	TEXT(words, sizeof d->text);
	session_fail_reply(s, STAGE_AUTH);
	if (d->key == REASON_AUTH_REFUSED || d->key == REASON_AUTH_APP_PASSWORD ||
	    d->key == REASON_NONE) {
		d->key = REASON_OAUTH_REFUSED;
		d->fault = FAULT_CREDENTIAL;
	}
	if (s->auth.refusal[0] == '\0')
		return;
	text_printf(&words, "%s (the server says of the token: %s)", d->text, s->auth.refusal);
	text_copy(d->text, sizeof d->text, words.data);
}

void login_reply(struct session *s)
{
	bool about =
	    s->reply.code >= 400 && s->reply.code != 421 && (s->auth_given_up || is_about_mechanism(s));
	if (about && try_next(s))
		return;
	if (s->reply.code == 235 && !s->auth_given_up)
		on_accepted(s);
	else if (s->reply.code == 334 && !s->auth_given_up)
		on_challenge(s);
	else if (s->reply.code >= 500 && auth_is_token(s->auth.mechanism))
		fail_token(s);
	else
		session_fail_reply(s, STAGE_AUTH);
	if (s->state != SESSION_AUTH)
		auth_free(&s->auth);
}
