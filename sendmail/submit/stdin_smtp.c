/* The session.  Who calls is known from the system, so there is no login; where the mail goes is
   the runner's matter, so recipients are only looked at for their form. */
#include "submit/stdin_smtp.h"
#include "base/fdio.h"
#include "message/address.h"
#include "submit/esmtp.h"
#include "submit/stdin_lines.h"
#include "submit/smtp_data.h"
#include "submit/smtp_line.h"
#include "submit/store.h"
#include "submit/limits.h"
#include "submit/submit.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define LINE_LIMIT_BYTES 2048
#define ERRORS_MAX 100
#define CHUNK_BYTES 65536

struct session {
	const struct options *options;
	const struct caller *caller;
	struct drop drop;
	struct buffer in; /* read, not used yet */
	bool in_mail;     /* a transaction is open: */
	struct envelope envelope;
	struct esmtp esmtp;
	struct smtp_data data;
	struct stdin_lines intake;
	bool bare_lf; /* the last command ended so */
	bool over;
	int errors, code;
};

static void reply(struct session *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* One line, at once: clients wait for it.  A client that is gone ends the session. */
static void reply(struct session *s, const char *format, ...)
{
	char words[900];
	TEXT(line, 1000);
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	text_escape(&line, words, strlen(words));
	text_put(&line, "\r\n");
	s->errors += *words == '5';
	if (!fdio_write(STDOUT_FILENO, line.data, line.length))
		s->over = true;
}

static ssize_t fill(struct session *s)
{
	char bytes[CHUNK_BYTES];
	ssize_t n = fdio_read(STDIN_FILENO, bytes, sizeof bytes);
	if (n > 0)
		buffer_add(&s->in, bytes, (size_t)n);
	return n;
}

static void end_mail(struct session *s)
{
	if (s->in_mail)
		envelope_free(&s->envelope);
	s->in_mail = false;
}

static void start_mail(struct session *s, const char *sender)
{
	envelope_init(&s->envelope);
	free(s->envelope.sender);
	s->envelope.sender = mem_copy(sender);
	s->esmtp.facts = *s->options;
	s->esmtp.facts.sender_given = true;
	s->in_mail = true;
}

static void do_ehlo(struct session *s)
{
	end_mail(s);
	reply(s, "250-firsthop accepts mail from uid %lu (%s)", (unsigned long)getuid(),
	    s->caller->login);
	reply(s, "250-PIPELINING");
	reply(s, "250-SIZE %lld", ENVELOPE_MESSAGE_LIMIT_BYTES);
	reply(s, "250-8BITMIME");
	reply(s, "250-SMTPUTF8");
	reply(s, "250-DSN");
	reply(s, "250-ENHANCEDSTATUSCODES");
	reply(s, "250 HELP");
}

static void refuse(struct session *s, const struct diagnosis *why, int code)
{
	const char *status = "451 4.3.0";
	if (why->key == REASON_HEADER_TOO_LONG || why->key == REASON_MESSAGE_TOO_LONG)
		status = "552 5.3.4";
	else if (why->key == REASON_SPOOL_FULL)
		status = "452 4.3.1";
	else if (why->key == REASON_SENDER_REFUSED)
		status = "550 5.7.1";
	else if (why->key == REASON_USER_LIMIT)
		status = "450 4.7.1";
	submit_log_refusal(why, code);
	reply(s, "%s not accepted: %s", status, why->text);
}

/* From here on a transaction is open, unless something is refused. */
static void take_sender(struct session *s, const char *path, const char *sender, const char *what,
    char *parameters)
{
	struct diagnosis why = {0};
	char *name, *value;
	int code = limits_check(&s->drop, s->caller, sender, &why);
	if (code != EX_OK) {
		refuse(s, &why, code);
		return;
	}
	start_mail(s, sender);
	smtp_line_note(&s->envelope.repaired, "sender", path, what);
	while (smtp_line_parameter(&parameters, &name, &value)) {
		const char *answer = esmtp_mail(&s->esmtp, name, value);
		if (answer != NULL) {
			reply(s, "%s", answer);
			end_mail(s);
			return;
		}
	}
	reply(s, "250 2.1.0 sender <%.320s> ok", sender);
}

static void do_mail(struct session *s, char *rest)
{
	char *parameters;
	const char *what;
	char *path = smtp_line_path(rest, "FROM", &parameters);
	if (s->in_mail) {
		reply(s, "503 5.5.1 a message is under way already; RSET forgets it");
		return;
	}
	char *sender = smtp_line_address(path, true, &what);
	if (path == NULL)
		reply(s, "501 5.5.4 the form is MAIL FROM:<address>");
	else if (sender == NULL)
		reply(s, "553 5.1.7 sender %.200s: %s", path, what);
	else
		take_sender(s, path, sender, what, parameters);
	free(sender);
}

static void add_rcpt(struct session *s, const char *path, const char *rcpt, const char *what,
    char *parameters)
{
	char *name, *value;
	char none[] = "";
	struct envelope_asked asked = {none, none};
	const char *answer = NULL;
	while (answer == NULL && smtp_line_parameter(&parameters, &name, &value))
		answer = esmtp_rcpt(&asked, name, value);
	if (answer != NULL) {
		reply(s, "%s", answer);
		return;
	}
	if (envelope_add_recipient(&s->envelope, rcpt))
		envelope_ask(&s->envelope, asked.notify, asked.orcpt);
	smtp_line_note(&s->envelope.repaired, "recipient", path, what);
	reply(s, "250 2.1.5 recipient <%.320s> ok", rcpt);
}

static void do_rcpt(struct session *s, char *rest)
{
	char *parameters;
	const char *what = "";
	struct diagnosis why = {0};
	char *path = smtp_line_path(rest, "TO", &parameters),
	     *rcpt = s->in_mail ? smtp_line_address(path, false, &what) : NULL;
	if (!s->in_mail)
		reply(s, "503 5.5.1 MAIL comes first");
	else if (path == NULL)
		reply(s, "501 5.5.4 the form is RCPT TO:<address>");
	else if (rcpt == NULL)
		reply(s, "553 5.1.3 recipient %.200s: %s", path, what);
	else if (!limits_recipients(&s->drop, s->envelope.recipient_count + 1, &why))
		reply(s, "452 4.5.3 %s", why.text);
	else
		add_rcpt(s, path, rcpt, what, parameters);
	free(rcpt);
}

static int read_data(void *context, struct buffer *out, bool *at_end, struct diagnosis *why)
{
	struct session *s = context;
	struct buffer plain = {0};
	ssize_t n = s->in.length > 0 ? 1 : fill(s);
	if (n <= 0) {
		diag_set(why, VERDICT_FAILED, STAGE_SUBMIT, REASON_INPUT_UNREADABLE,
		    "the input ended within a message of the SMTP dialogue (-bs): it was not accepted");
		s->over = true;
		return s->code = EX_DATAERR;
	}
	buffer_drop(&s->in, smtp_data_put(&s->data, s->in.data, s->in.length, &plain));
	stdin_lines_put(&s->intake, plain.data, plain.length, out);
	buffer_free(&plain);
	if (s->data.ended)
		stdin_lines_finish(&s->intake, out);
	*at_end = s->data.ended;
	return EX_OK;
}

/* What is left of a message that is refused already. */
static void pass_over(struct session *s)
{
	struct buffer rest = {0};
	struct diagnosis why = {0};
	bool at_end = s->data.ended;
	while (!at_end && read_data(s, &rest, &at_end, &why) == EX_OK)
		rest.length = 0;
	buffer_free(&rest);
}

static void take_message(struct session *s)
{
	struct diagnosis why = {0};
	struct store store = {.drop = &s->drop,
	    .envelope = &s->envelope,
	    .why = &why,
	    .read = read_data,
	    .context = s};
	s->data = (struct smtp_data){.bare_lf = s->bare_lf};
	stdin_lines_start(&s->intake, true);
	int code = store_read_header(&store);
	if (code == EX_OK) {
		store_facts(&store, &s->esmtp.facts, s->caller);
		code = store_message(&store);
	}
	if (code == EX_OK) {
		submit_stored(s->options, &s->envelope, &s->drop);
		limits_load(&s->drop);
		reply(s, "250 2.0.0 %s is on disk", s->drop.id);
	}
	startup_group_aside();
	store_free(&store);
	if (code != EX_OK) {
		pass_over(s);
		refuse(s, &why, code);
	}
}

static void do_data(struct session *s)
{
	if (!s->in_mail || s->envelope.recipient_count == 0) {
		reply(s, s->in_mail ? "554 5.5.1 no recipient was accepted"
		                    : "503 5.5.1 MAIL and RCPT come first");
		return;
	}
	reply(s, "354 the message, please; a line with a single dot ends it");
	take_message(s);
	end_mail(s);
}

static void do_elsewhere(struct session *s, const char *verb)
{
	if (text_equal_ci(verb, "AUTH"))
		reply(s, "503 5.5.1 no login is needed: the system knows that uid %lu calls",
		    (unsigned long)getuid());
	else
		reply(s, "502 5.5.1 %s has no meaning on standard input", verb);
}

static void obey(struct session *s, char *line)
{
	char *rest;
	switch (smtp_line_verb(line, &rest)) {
	case SMTP_EHLO: do_ehlo(s); break;
	case SMTP_HELO:
		end_mail(s);
		reply(s, "250 firsthop accepts mail from uid %lu (%s)", (unsigned long)getuid(),
		    s->caller->login);
		break;
	case SMTP_MAIL: do_mail(s, rest); break;
	case SMTP_RCPT: do_rcpt(s, rest); break;
	case SMTP_DATA: do_data(s); break;
	case SMTP_RSET:
		end_mail(s);
		reply(s, "250 2.0.0 forgotten");
		break;
	case SMTP_NOOP: reply(s, "250 2.0.0 ok"); break;
	case SMTP_VRFY:
		reply(s, "252 2.5.2 not looked up here; \"sendmail -bv\" shows where mail to it goes");
		break;
	case SMTP_HELP:
		reply(s, "214 2.0.0 EHLO HELO MAIL RCPT DATA RSET NOOP VRFY HELP QUIT; see sendmail(8)");
		break;
	case SMTP_QUIT:
		reply(s, "221 2.0.0 bye");
		s->over = true;
		break;
	case SMTP_ELSEWHERE: do_elsewhere(s, line); break;
	default: reply(s, "500 5.5.2 command not known: %.60s", line); break;
	}
}

/* The next command without its end, to be freed; NULL at the end of input.  *wrong: what makes the
 * line none. */
static char *next_line(struct session *s, const char **wrong)
{
	const char *end;
	*wrong = NULL;
	while ((end = s->in.length > 0 ? memchr(s->in.data, '\n', s->in.length) : NULL) == NULL) {
		if (s->in.length > LINE_LIMIT_BYTES) {
			*wrong = "the line is longer than 2048 bytes";
			s->in.length = 0;
		}
		if (fill(s) <= 0)
			return NULL;
	}
	size_t length = (size_t)(end - s->in.data);
	if (length > LINE_LIMIT_BYTES)
		*wrong = "the line is longer than 2048 bytes";
	else if (memchr(s->in.data, '\0', length) != NULL)
		*wrong = "the line holds a NUL";
	s->bare_lf = length == 0 || end[-1] != '\r';
	char *line = fdio_take_line(&s->in);
	for (length = strlen(line); length > 0 && line[length - 1] == '\r'; length--)
		line[length - 1] = '\0';
	return line;
}

static void serve(struct session *s)
{
	char host[256] = "localhost";
	const char *wrong;
	char *line;
	if (gethostname(host, sizeof host) != 0)
		text_copy(host, sizeof host, "localhost");
	host[sizeof host - 1] = '\0';
	reply(s, "220 %s ESMTP firsthop", host);
	while (!s->over && (line = next_line(s, &wrong)) != NULL) {
		if (wrong != NULL)
			reply(s, "500 5.5.2 %s", wrong);
		else
			obey(s, line);
		free(line);
		if (s->errors > ERRORS_MAX) {
			reply(s, "421 4.7.0 too many errors");
			s->over = true;
		}
	}
}

int stdin_smtp(const struct options *o, const struct caller *c)
{
	struct session s = {.options = o, .caller = c, .code = EX_OK};
	int code = submit_open(&s.drop, c, true);
	if (code != EX_OK) {
		reply(&s, "421 4.3.0 mail cannot be accepted: %s",
		    code == EX_NOPERM ? "no right to the spool" : "the spool cannot be opened");
		return code;
	}
	serve(&s);
	end_mail(&s);
	buffer_free(&s.in);
	return s.code;
}
