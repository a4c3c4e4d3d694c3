/* A password crosses to the parent, which checks it; here nothing could be believed. */
#include "smtpd/smtpd_login.h"
#include "base/base64.h"
#include "base/compat.h"
#include "base/text.h"
#include "smtpd/logins.h"
#include <stdlib.h>
#include <string.h>

#define FAILURES_MAX 3

void login_offer(struct login *l, struct dialogue *d)
{
	if (l->tls != NULL && !line_is_secret(l->line))
		dialogue_offer(d, "STARTTLS");
	if (l->needed && !l->done && line_is_secret(l->line))
		dialogue_offer(d, "AUTH PLAIN LOGIN");
}

/* What was sent in the clear after the command is not obeyed as if it had come over TLS. */
void login_starttls(struct login *l, struct dialogue *d, const char *rest)
{
	if (l->tls == NULL || line_is_secret(l->line)) {
		dialogue_reply(d, l->tls == NULL ? "502 5.5.1 STARTTLS is not offered"
		                                 : "503 5.5.1 TLS is in use already");
		return;
	}
	if (*rest != '\0') {
		dialogue_reply(d, "501 5.5.4 STARTTLS has nothing behind it");
		return;
	}
	dialogue_forget(d);
	if (d->in.length > 0) {
		dialogue_reply(d, "554 5.7.0 nothing may follow STARTTLS; the connection is closed");
		dialogue_flush(d);
		d->over = true;
		return;
	}
	dialogue_reply(d, "220 2.0.0 TLS may begin");
	if (!dialogue_flush(d) || !line_begin_tls(l->line, l->door, l->tls))
		d->over = true;
}

/* A line of base64: its bytes with a NUL after them, to be freed; NULL: it is none, and that was
   answered. */
static char *read_answer(struct dialogue *d, const char *challenge, size_t *length)
{
	const char *wrong;
	dialogue_reply(d, "334 %s", challenge);
	char *line = dialogue_next_line(d, &wrong);
	struct buffer bytes = {0};
	bool good = line != NULL && wrong == NULL && strcmp(line, "*") != 0 &&
	            base64_decode(&bytes, line, strlen(line));
	if (line == NULL)
		d->over = true;
	else if (!good)
		dialogue_reply(d, "501 5.5.2 the login was given up, or is not base64");
	if (line != NULL)
		compat_wipe(line, strlen(line));
	free(line);
	*length = bytes.length;
	char *copy = good ? mem_copy_n(bytes.length > 0 ? bytes.data : "", bytes.length) : NULL;
	if (bytes.length > 0)
		compat_wipe(bytes.data, bytes.length);
	buffer_free(&bytes);
	return copy;
}

static void check(struct login *l, struct dialogue *d, const char *name, const char *password)
{
	bool fits =
	    *name != '\0' && strlen(name) <= LOGINS_WORD_MAX && strlen(password) <= LOGINS_WORD_MAX;
	if (fits && door_login(l->door, name, password)) {
		l->done = true;
		dialogue_reply(d, "235 2.7.0 login ok");
		return;
	}
	dialogue_reply(d, "535 5.7.8 name or password is wrong");
	if (++l->failures < FAILURES_MAX)
		return;
	dialogue_reply(d, "421 4.7.0 too many wrong passwords");
	dialogue_flush(d);
	d->over = true;
}

/* What came with the command, or else what answers the challenge; as read_answer gives it. */
static char *first_answer(struct dialogue *d, const char *initial, const char *challenge,
    size_t *length)
{
	struct buffer bytes = {0};
	char *text = NULL;
	if (*initial == '\0')
		return read_answer(d, challenge, length);
	if (base64_decode(&bytes, initial, strlen(initial)) && bytes.length > 0) {
		*length = bytes.length;
		text = mem_copy_n(bytes.data, bytes.length);
		compat_wipe(bytes.data, bytes.length);
	} else {
		dialogue_reply(d, "501 5.5.2 this is not base64");
	}
	buffer_free(&bytes);
	return text;
}

/* [authorization] NUL name NUL password (RFC 4616). */
static void auth_plain(struct login *l, struct dialogue *d, const char *initial)
{
	size_t length = 0;
	char *text = first_answer(d, initial, "", &length);
	if (text == NULL)
		return;
	const char *name = memchr(text, '\0', length),
	           *password =
	               name != NULL ? memchr(name + 1, '\0', length - (size_t)(name + 1 - text)) : NULL;
	if (password == NULL)
		dialogue_reply(d, "501 5.5.2 a name and a password were expected");
	else
		check(l, d, name + 1, password + 1);
	compat_wipe(text, length);
	free(text);
}

static void auth_login(struct login *l, struct dialogue *d, const char *initial)
{
	size_t length;
	char *name = first_answer(d, initial, "VXNlcm5hbWU6", &length),
	     *password = name != NULL ? read_answer(d, "UGFzc3dvcmQ6", &length) : NULL;
	if (password != NULL) {
		check(l, d, name, password);
		compat_wipe(password, length);
	}
	free(name);
	free(password);
}

void login_auth(struct login *l, struct dialogue *d, char *rest)
{
	char *initial = rest + strcspn(rest, " \t");
	if (*initial != '\0')
		*initial++ = '\0';
	initial = text_trim(initial);
	if (!line_is_secret(l->line))
		dialogue_reply(d, "538 5.7.11 a password needs TLS: STARTTLS comes first");
	else if (l->done || d->in_mail)
		dialogue_reply(d, "503 5.5.1 there was a login, or a message is under way");
	else if (text_equal_ci(rest, "PLAIN"))
		auth_plain(l, d, initial);
	else if (text_equal_ci(rest, "LOGIN"))
		auth_login(l, d, initial);
	else
		dialogue_reply(d, "504 5.5.4 there are PLAIN and LOGIN");
}
