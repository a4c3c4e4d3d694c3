/* The sink's commands (RFC 5321 4.1), in the order and with the codes a plain smarthost has. */
#include "sink.h"
#include "base/text.h"
#include <fnmatch.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 12288 /* RFC 5321 has 512, RFC 4954 12288 for AUTH */
#define RECIPIENTS_MAX 20000

void sink_reply(struct sink_conn *c, const char *format, ...)
{
	char line[1024];
	va_list list;
	va_start(list, format);
	vsnprintf(line, sizeof line, format, list);
	va_end(list);
	buffer_puts(&c->out, line);
	buffer_add(&c->out, "\r\n", 2);
}

void sink_smtp_greet(struct sink *s, struct sink_conn *c)
{
	(void)s;
	c->mode = SINK_COMMAND;
	sink_reply(c, "220 sink.test ESMTP");
}

static bool auth_open(const struct sink *s, const struct sink_conn *c)
{
	return s->login != NULL && (s->tls == NULL || c->ssl != NULL);
}

static void ehlo(struct sink *s, struct sink_conn *c)
{
	sink_data_forget(s, c);
	c->greeted = true;
	sink_reply(c, "250-sink.test");
	if (s->pipelining)
		sink_reply(c, "250-PIPELINING");
	if (s->eight_bit)
		sink_reply(c, "250-8BITMIME");
	if (s->tls != NULL && c->ssl == NULL)
		sink_reply(c, "250-STARTTLS");
	if (auth_open(s, c)) {
		buffer_puts(&c->out, "250-AUTH");
		sink_auth_offer(s, &c->out);
		buffer_puts(&c->out, "\r\n");
	}
	sink_reply(c, "250-ENHANCEDSTATUSCODES");
	sink_reply(c, "250 SIZE %llu", s->size_max);
}

/* Takes "<address>" from the front of *at; a copy of the address, or NULL.  A source route stays in it. */
static char *take_path(const char **at)
{
	*at += strspn(*at, " ");
	const char *end = **at == '<' ? strchr(*at, '>') : NULL;
	if (end == NULL || (end[1] != '\0' && end[1] != ' '))
		return NULL;
	char *address = mem_copy_n(*at + 1, (size_t)(end - *at - 1));
	*at = end + 1;
	return address;
}

/* The parameters after MAIL FROM:<>; answers itself and returns false when one cannot be had. */
static bool mail_parameters(struct sink *s, struct sink_conn *c, const char *at)
{
	long long size;
	for (;;) {
		at += strspn(at, " ");
		size_t length = strcspn(at, " ");
		if (length == 0)
			return true;
		char word[256];
		snprintf(word, sizeof word, "%.*s", (int)(length < 255 ? length : 255), at);
		at += length;
		if (text_starts_ci(word, "SIZE=") && text_number(word + 5, 0, 1LL << 62, &size)) {
			if (s->size_max != 0 && (unsigned long long)size > s->size_max) {
				sink_reply(c, "552 5.3.4 Message size exceeds fixed limit");
				return false;
			}
		} else if (s->eight_bit && (text_equal_ci(word, "BODY=8BITMIME") || text_equal_ci(word, "BODY=7BIT"))) {
			mem_free(&c->body);
			c->body = mem_copy(word + 5);
		} else if (!text_starts_ci(word, "AUTH=")) {
			sink_reply(c, "555 5.5.4 Unsupported option: %.80s", word);
			return false;
		}
	}
}

static void mail(struct sink *s, struct sink_conn *c, const char *argument)
{
	if (!c->greeted) {
		sink_reply(c, "503 5.5.1 Error: send HELO/EHLO first");
	} else if (s->login != NULL && !c->authenticated) {
		sink_reply(c, "530 5.7.0 Authentication required");
	} else if (c->have_sender) {
		sink_reply(c, "503 5.5.1 Error: nested MAIL command");
	} else if (!text_starts_ci(argument, "FROM:")) {
		sink_reply(c, "501 5.5.4 Syntax: MAIL FROM:<address>");
	} else {
		const char *at = argument + 5;
		char *sender = take_path(&at);
		if (sender == NULL) {
			sink_reply(c, "501 5.5.4 Syntax: MAIL FROM:<address>");
			return;
		}
		if (!mail_parameters(s, c, at)) {
			mem_free(&c->body);
			free(sender);
			return;
		}
		c->sender = sender;
		c->have_sender = true;
		sink_reply(c, "250 2.1.0 Ok");
	}
}

static const char *refusal(const struct sink *s, const char *address)
{
	for (int i = 0; i < s->rule_count; i++) {
		if (fnmatch(s->rules[i].pattern, address, 0) == 0)
			return s->rules[i].reply;
	}
	return NULL;
}

static void rcpt(struct sink *s, struct sink_conn *c, const char *argument)
{
	const char *at = text_starts_ci(argument, "TO:") ? argument + 3 : NULL;
	char *address = at != NULL ? take_path(&at) : NULL;
	const char *refused = address != NULL ? refusal(s, address) : NULL;
	if (!c->have_sender)
		sink_reply(c, "503 5.5.1 Error: need MAIL command");
	else if (address == NULL || *address == '\0')
		sink_reply(c, "501 5.1.3 Syntax: RCPT TO:<address>");
	else if (at[strspn(at, " ")] != '\0')
		sink_reply(c, "555 5.5.4 Unsupported option:%.80s", at);
	else if (refused != NULL)
		sink_reply(c, "%s", refused);
	else if (c->recipient_count >= RECIPIENTS_MAX)
		sink_reply(c, "452 4.5.3 Error: too many recipients");
	else {
		buffer_puts(&c->recipients, address);
		buffer_add(&c->recipients, "\n", 1);
		/* Read later as a string. */
		buffer_string(&c->recipients);
		c->recipient_count++;
		sink_reply(c, "250 2.1.5 Ok");
	}
	free(address);
}

static void data(struct sink *s, struct sink_conn *c)
{
	if (!c->have_sender) {
		sink_reply(c, "503 5.5.1 Error: need MAIL command");
	} else if (c->recipient_count == 0) {
		sink_reply(c, "554 5.5.1 Error: no valid recipients");
	} else {
		sink_reply(c, "354 End data with <CR><LF>.<CR><LF>");
		sink_data_start(s, c);
	}
}

static void starttls(struct sink *s, struct sink_conn *c)
{
	if (s->tls == NULL) {
		sink_reply(c, "502 5.5.1 Error: command not implemented");
	} else if (c->ssl != NULL) {
		sink_reply(c, "503 5.5.1 Error: TLS already active");
	} else {
		sink_data_forget(s, c);
		c->greeted = false;
		c->tls_next = true;
		sink_reply(c, "220 2.0.0 Ready to start TLS");
		/* What was sent after the command in the clear must not count as said inside TLS. */
		c->in_at = c->in.length;
	}
}

static void auth(struct sink *s, struct sink_conn *c, const char *arguments)
{
	if (!auth_open(s, c))
		sink_reply(c, s->login == NULL ? "503 5.5.1 Error: authentication not enabled" : "530 5.7.0 Must issue a STARTTLS command first");
	else if (!c->greeted || c->authenticated || c->have_sender)
		sink_reply(c, "503 5.5.1 Error: AUTH is not possible now");
	else
		sink_auth_begin(s, c, arguments);
}

static void command(struct sink *s, struct sink_conn *c, const char *line)
{
	char verb[16];
	size_t length = strcspn(line, " ");
	const char *argument = line + length + strspn(line + length, " ");
	snprintf(verb, sizeof verb, "%.*s", (int)(length < 15 ? length : 15), line);
	if (text_equal_ci(verb, "MAIL")) {
		mail(s, c, argument);
	} else if (text_equal_ci(verb, "RCPT")) {
		rcpt(s, c, argument);
	} else if (text_equal_ci(verb, "DATA")) {
		data(s, c);
	} else if (text_equal_ci(verb, "EHLO")) {
		ehlo(s, c);
	} else if (text_equal_ci(verb, "HELO")) {
		sink_data_forget(s, c);
		c->greeted = true;
		sink_reply(c, "250 sink.test");
	} else if (text_equal_ci(verb, "RSET")) {
		sink_data_forget(s, c);
		sink_reply(c, "250 2.0.0 Ok");
	} else if (text_equal_ci(verb, "NOOP")) {
		sink_reply(c, "250 2.0.0 Ok");
	} else if (text_equal_ci(verb, "VRFY")) {
		sink_reply(c, "252 2.0.0 Cannot say");
	} else if (text_equal_ci(verb, "STARTTLS")) {
		starttls(s, c);
	} else if (text_equal_ci(verb, "AUTH")) {
		auth(s, c, argument);
	} else if (text_equal_ci(verb, "QUIT")) {
		sink_reply(c, "221 2.0.0 Bye");
		c->mode = SINK_CLOSING;
	} else {
		sink_reply(c, "500 5.5.2 Error: command not recognized");
	}
}

/* One line of commands or of AUTH; false when none is whole yet. */
static bool take_line(struct sink *s, struct sink_conn *c)
{
	char *line = c->in.data + c->in_at;
	size_t left = c->in.length - c->in_at;
	char *end = left > 0 ? memchr(line, '\n', left) : NULL;
	if (end == NULL || end - line > LINE_MAX_BYTES) {
		if (left <= LINE_MAX_BYTES)
			return false;
		sink_reply(c, "500 5.5.2 Error: line too long");
		c->mode = SINK_CLOSING;
		return false;
	}
	c->in_at += (size_t)(end - line) + 1;
	if (end > line && end[-1] == '\r')
		end--;
	*end = '\0';
	if (strlen(line) != (size_t)(end - line))
		sink_reply(c, "500 5.5.2 Error: NUL in command");
	else if (c->mode == SINK_AUTH)
		sink_auth_line(s, c, line);
	else
		command(s, c, line);
	return true;
}

void sink_smtp_input(struct sink *s, struct sink_conn *c)
{
	bool more = true;
	while (more && c->in_at < c->in.length && !c->tls_next) {
		if (c->mode == SINK_DATA)
			more = sink_data_take(s, c);
		else if (c->mode == SINK_COMMAND || c->mode == SINK_AUTH)
			more = take_line(s, c);
		else
			more = false;
	}
	if (c->in_at == c->in.length)
		c->in.length = 0;
	else
		buffer_drop(&c->in, c->in_at);
	c->in_at = 0;
}
