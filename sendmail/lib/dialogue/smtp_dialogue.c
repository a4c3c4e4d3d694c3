/* The dialogue.  Where mail goes is the runner's matter, so recipients are only looked at for their
   form. */
#include "dialogue/smtp_dialogue.h"
#include "base/text.h"
#include "dialogue/smtp_line.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define ERRORS_MAX 100
#define REPLIES_HELD_BYTES 32768

void dialogue_reply(struct dialogue *d, const char *format, ...)
{
	char words[900];
	TEXT(line, 1000);
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	text_escape(&line, words, strlen(words));
	text_put(&line, "\r\n");
	d->errors += *words == '5';
	if ((*words == '4' || *words == '5') && d->use->rejected != NULL)
		d->use->rejected(d->context, d->verb, words);
	buffer_add(&d->out, line.data, line.length);
	/* Who sends and does not read is not answered without limit. */
	if (d->out.length > REPLIES_HELD_BYTES)
		dialogue_flush(d);
}

void dialogue_offer(struct dialogue *d, const char *keyword)
{
	dialogue_reply(d, "250-%s", keyword);
}

void dialogue_forget(struct dialogue *d)
{
	if (d->in_mail)
		envelope_free(&d->envelope);
	d->in_mail = false;
}

static void start_mail(struct dialogue *d, const char *sender)
{
	envelope_init(&d->envelope);
	free(d->envelope.sender);
	d->envelope.sender = mem_copy(sender);
	d->esmtp = (struct esmtp){0};
	d->accepted = 0;
	d->in_mail = true;
}

static void do_ehlo(struct dialogue *d)
{
	dialogue_forget(d);
	dialogue_reply(d, "250-firsthop accepts mail from %s", d->use->who);
	dialogue_reply(d, "250-PIPELINING");
	dialogue_reply(d, "250-SIZE %lld", d->use->size_limit_bytes);
	dialogue_reply(d, "250-8BITMIME");
	dialogue_reply(d, "250-SMTPUTF8");
	dialogue_reply(d, "250-DSN");
	if (d->use->offer != NULL)
		d->use->offer(d);
	dialogue_reply(d, "250-ENHANCEDSTATUSCODES");
	dialogue_reply(d, "250 HELP");
}

/* LMTP has its own word, so that the two are never taken for each other (RFC 2033 4.1). */
static void do_hello(struct dialogue *d, enum smtp_verb verb)
{
	if ((verb == SMTP_LHLO) != d->use->lmtp) {
		dialogue_reply(d, d->use->lmtp ? "500 5.5.1 LMTP is spoken here: LHLO comes first"
		                               : "500 5.5.1 SMTP is spoken here: EHLO comes first");
	} else if (verb == SMTP_HELO) {
		dialogue_forget(d);
		dialogue_reply(d, "250 firsthop accepts mail from %s", d->use->who);
	} else {
		do_ehlo(d);
	}
}

/* A reply of LMTP is said once for each recipient of the message (RFC 2033 4.2). */
static void refuse(struct dialogue *d, const struct diagnosis *why, int code, size_t times)
{
	static const struct {
		enum reason_key key;
		const char *status;
	} rows[] = {
	    {REASON_HEADER_TOO_LONG, "552 5.3.4"},
	    {REASON_MESSAGE_TOO_LONG, "552 5.3.4"},
	    {REASON_SPOOL_FULL, "452 4.3.1"},
	    {REASON_SENDER_REFUSED, "550 5.7.1"},
	    {REASON_USER_LIMIT, "450 4.7.1"},
	    {REASON_RECIPIENTS_LIMIT, "452 4.5.3"},
	    {REASON_ADDRESS_BAD, "553 5.1.3"},
	};
	const char *status = "451 4.3.0";
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].key == why->key)
			status = rows[i].status;
	}
	d->use->refused(d->context, why, code);
	for (size_t i = 0; i < times; i++)
		dialogue_reply(d, "%s not accepted: %s", status, why->text);
}

/* From here on a transaction is open, unless something is refused. */
static void take_sender(struct dialogue *d, const char *path, const char *sender, const char *what,
    char *parameters)
{
	struct diagnosis why = {0};
	char *name, *value;
	int code = d->use->check_sender(d->context, sender, &why);
	if (code != EX_OK) {
		refuse(d, &why, code, 1);
		return;
	}
	start_mail(d, sender);
	smtp_line_note(&d->envelope.repaired, "sender", path, what);
	while (smtp_line_parameter(&parameters, &name, &value)) {
		const char *answer = esmtp_mail(&d->esmtp, name, value, d->use->size_limit_bytes);
		if (answer != NULL) {
			dialogue_reply(d, "%s", answer);
			dialogue_forget(d);
			return;
		}
	}
	dialogue_reply(d, "250 2.1.0 sender <%.320s> ok", sender);
}

static void do_mail(struct dialogue *d, char *rest)
{
	char *parameters;
	const char *what;
	char *path = smtp_line_path(rest, "FROM", &parameters);
	if (d->in_mail) {
		dialogue_reply(d, "503 5.5.1 a message is under way already; RSET forgets it");
		return;
	}
	char *sender = smtp_line_address(path, true, &what);
	if (path == NULL)
		dialogue_reply(d, "501 5.5.4 the form is MAIL FROM:<address>");
	else if (sender == NULL)
		dialogue_reply(d, "553 5.1.7 sender %.200s: %s", path, what);
	else
		take_sender(d, path, sender, what, parameters);
	free(sender);
}

static void add_rcpt(struct dialogue *d, const char *path, const char *rcpt, const char *what,
    char *parameters)
{
	char *name, *value;
	char none[] = "";
	struct envelope_asked asked = {none, none};
	const char *answer = NULL;
	while (answer == NULL && smtp_line_parameter(&parameters, &name, &value))
		answer = esmtp_rcpt(&asked, name, value);
	if (answer != NULL) {
		dialogue_reply(d, "%s", answer);
		return;
	}
	if (envelope_add_recipient(&d->envelope, rcpt))
		envelope_ask(&d->envelope, asked.notify, asked.orcpt);
	d->accepted++;
	smtp_line_note(&d->envelope.repaired, "recipient", path, what);
	dialogue_reply(d, "250 2.1.5 recipient <%.320s> ok", rcpt);
}

static void do_rcpt(struct dialogue *d, char *rest)
{
	char *parameters;
	const char *what = "";
	struct diagnosis why = {0};
	char *path = smtp_line_path(rest, "TO", &parameters),
	     *rcpt = d->in_mail ? smtp_line_address(path, false, &what) : NULL;
	if (!d->in_mail)
		dialogue_reply(d, "503 5.5.1 MAIL comes first");
	else if (path == NULL)
		dialogue_reply(d, "501 5.5.4 the form is RCPT TO:<address>");
	else if (rcpt == NULL)
		dialogue_reply(d, "553 5.1.3 recipient %.200s: %s", path, what);
	else if (!d->use->check_count(d->context, d->envelope.recipient_count + 1, &why))
		dialogue_reply(d, "452 4.5.3 %s", why.text);
	else
		add_rcpt(d, path, rcpt, what, parameters);
	free(rcpt);
}

/* What comes after DATA. */
static int read_data(struct dialogue *d, struct buffer *out, bool *at_end, struct diagnosis *why)
{
	struct buffer plain = {0};
	size_t length;
	ssize_t n = d->in.length > 0 ? 1 : dialogue_fill(d);
	if (n <= 0) {
		diag_set(why, VERDICT_FAILED, STAGE_SUBMIT, REASON_INPUT_UNREADABLE,
		    "the input ended within a message of the SMTP dialogue: it was not accepted");
		d->over = true;
		return d->code = EX_DATAERR;
	}
	const char *bytes = dialogue_rest(d, &length);
	dialogue_use(d, smtp_data_put(&d->data, bytes, length, &plain));
	buffer_add(out, plain.data, plain.length);
	buffer_free(&plain);
	*at_end = d->data.ended;
	return EX_OK;
}

int dialogue_read(struct dialogue *d, struct buffer *out, bool *at_end, struct diagnosis *why)
{
	struct buffer plain = {0};
	int code = d->read_message(d, &plain, at_end, why);
	if (code == EX_OK)
		line_ends_put(&d->lines, plain.data, plain.length, out);
	d->ended = code == EX_OK && *at_end;
	if (d->ended)
		line_ends_finish(&d->lines, out);
	buffer_free(&plain);
	return code;
}

/* What is left of a message that is refused already. */
static void pass_over(struct dialogue *d)
{
	struct buffer rest = {0};
	struct diagnosis why = {0};
	bool at_end = d->ended;
	while (!at_end && !d->over && d->read_message(d, &rest, &at_end, &why) == EX_OK)
		rest.length = 0;
	buffer_free(&rest);
}

bool dialogue_has_recipient(struct dialogue *d)
{
	bool has = d->in_mail && d->envelope.recipient_count > 0;
	if (!has)
		dialogue_reply(d, d->in_mail ? "554 5.5.1 no recipient was accepted"
		                             : "503 5.5.1 MAIL and RCPT come first");
	return has;
}

void dialogue_take(struct dialogue *d, dialogue_source *read)
{
	struct diagnosis why = {0};
	const char *id = "";
	size_t times = d->use->lmtp ? d->accepted : 1;
	d->read_message = read;
	d->ended = d->answered = false;
	line_ends_start(&d->lines, true);
	int code = d->use->take(d->context, d, &id, &why);
	for (size_t i = 0; code == EX_OK && i < times; i++)
		dialogue_reply(d, "250 2.0.0 %s is on disk", id);
	if (code != EX_OK) {
		pass_over(d);
		refuse(d, &why, code, d->answered ? 0 : times);
	}
	dialogue_forget(d);
}

static void do_data(struct dialogue *d)
{
	if (!dialogue_has_recipient(d))
		return;
	dialogue_reply(d, "354 the message, please; a line with a single dot ends it");
	d->data = (struct smtp_data){.bare_lf = d->bare_lf};
	dialogue_take(d, read_data);
}

static void do_elsewhere(struct dialogue *d, const char *verb)
{
	if (text_equal_ci(verb, "AUTH"))
		dialogue_reply(d, "503 5.5.1 no login is needed: the system knows that %s calls",
		    d->use->who);
	else
		dialogue_reply(d, "502 5.5.1 %s has no meaning here", verb);
}

static bool obey_more(struct dialogue *d, const char *verb, char *rest)
{
	for (const struct dialogue_command *c = d->use->more; c != NULL && c->verb != NULL; c++) {
		if (!text_equal_ci(c->verb, verb))
			continue;
		return c->obey(d, rest);
	}
	return false;
}

static void obey(struct dialogue *d, char *line)
{
	char *rest;
	enum smtp_verb verb = smtp_line_verb(line, &rest);
	text_copy(d->verb, sizeof d->verb, verb != SMTP_NONE ? line : "UNKNOWN");
	if (obey_more(d, line, rest))
		return;
	switch (verb) {
	case SMTP_EHLO:
	case SMTP_HELO:
	case SMTP_LHLO: do_hello(d, verb); break;
	case SMTP_MAIL: do_mail(d, rest); break;
	case SMTP_RCPT: do_rcpt(d, rest); break;
	case SMTP_DATA: do_data(d); break;
	case SMTP_RSET:
		dialogue_forget(d);
		dialogue_reply(d, "250 2.0.0 forgotten");
		break;
	case SMTP_NOOP: dialogue_reply(d, "250 2.0.0 ok"); break;
	case SMTP_VRFY:
		dialogue_reply(d,
		    "252 2.5.2 not looked up here; \"sendmail -bv\" shows where mail to it goes");
		break;
	case SMTP_HELP:
		dialogue_reply(d,
		    "214 2.0.0 EHLO HELO MAIL RCPT DATA RSET NOOP VRFY HELP QUIT; see sendmail(8)");
		break;
	case SMTP_QUIT:
		dialogue_reply(d, "221 2.0.0 bye");
		d->over = true;
		break;
	case SMTP_ELSEWHERE: do_elsewhere(d, line); break;
	default: dialogue_reply(d, "500 5.5.2 command not known: %.60s", line); break;
	}
}

int dialogue_serve(struct dialogue *d)
{
	const char *wrong;
	char *line;
	dialogue_reply(d, "220 %s %s firsthop", d->use->host, d->use->lmtp ? "LMTP" : "ESMTP");
	while (!d->over && (line = dialogue_next_line(d, &wrong)) != NULL) {
		if (wrong != NULL)
			dialogue_reply(d, "500 5.5.2 %s", wrong);
		else
			obey(d, line);
		free(line);
		if (d->errors > ERRORS_MAX) {
			dialogue_reply(d, "421 4.7.0 too many errors");
			d->over = true;
		}
	}
	d->over = false;
	dialogue_flush(d);
	d->over = true;
	return d->code;
}

void dialogue_free(struct dialogue *d)
{
	dialogue_forget(d);
	buffer_free(&d->in);
	buffer_free(&d->out);
}
