/* SMTP replies out of bytes that a stranger chose: every length is bounded, nothing is trusted. */
#include "relay/smtp/reply.h"
#include "base/text.h"
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The code in front of a line, 0 when there is none: three digits of RFC 5321 4.2, then a blank, a
 * hyphen or the end. */
static int line_code(const char *line, size_t length)
{
	if (length < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) || !is_digit(line[2]))
		return 0;
	if (length > 3 && line[3] != ' ' && line[3] != '-')
		return 0;
	return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

/* Length of the one to three digits at the front, 0 when there are none or too many. */
static size_t number_length(const char *at, const char *end)
{
	size_t n = 0;
	while (at + n < end && is_digit(at[n]))
		n++;
	return n <= 3 ? n : 0;
}

/* Keeps the RFC 3463 status in front of a text, if its class agrees with the code: "4.7.1". */
static void take_status(struct reply *r, const char *text, size_t length)
{
	const char *at = text, *end = text + length;
	if (length < 5 || at[0] - '0' != r->code / 100 || (*at != '2' && *at != '4' && *at != '5') ||
	    at[1] != '.')
		return;
	at += 2;
	size_t subject = number_length(at, end);
	if (subject == 0 || at + subject >= end || at[subject] != '.')
		return;
	at += subject + 1;
	size_t detail = number_length(at, end);
	at += detail;
	if (detail == 0 || (at < end && *at != ' '))
		return;
	memcpy(r->status, text, (size_t)(at - text));
	r->status[at - text] = '\0';
}

/* One line without its end. */
static enum reply_result take_line(struct reply *r, const char *line, size_t length,
    const char **problem)
{
	int code = line_code(line, length);
	if (length > REPLY_LINE_LIMIT_BYTES) {
		*problem = "a line of the server's reply is too long";
	} else if (memchr(line, '\0', length) != NULL) {
		*problem = "the server's reply has a NUL byte";
	} else if (code == 0) {
		*problem = "the server's reply does not begin with an SMTP code: this is no SMTP server, "
		           "or the session is out of step";
	} else if (r->lines > 0 && code != r->code) {
		*problem = "the lines of one reply have different codes";
	} else if (r->lines >= REPLY_LINES_LIMIT) {
		*problem = "the server's reply has too many lines";
	} else {
		size_t head = length > 3 ? 4 : 3;
		r->code = code;
		if (r->lines++ > 0)
			buffer_add(&r->text, "\n", 1);
		else
			take_status(r, line + head, length - head);
		buffer_add(&r->text, line + head, length - head);
		return length > 3 && line[3] == '-' ? REPLY_MORE : REPLY_WHOLE;
	}
	return REPLY_BAD;
}

enum reply_result reply_take(struct reply *r, struct buffer *input, const char **problem)
{
	enum reply_result result = REPLY_MORE;
	size_t used = 0;
	while (result == REPLY_MORE && used < input->length) {
		const char *line = input->data + used;
		size_t left = input->length - used;
		const char *end = memchr(line, '\n', left);
		if (end == NULL && left > REPLY_LINE_LIMIT_BYTES + 1) {
			*problem = "a line of the server's reply is too long";
			result = REPLY_BAD;
		}
		if (end == NULL)
			break;
		size_t length = (size_t)(end - line);
		used += length + 1;
		if (length > 0 && line[length - 1] == '\r')
			length--;
		result = take_line(r, line, length, problem);
	}
	/* Dropped once for all lines: the bytes behind a reply are moved once, however many lines it
	 * had. */
	if (used > 0)
		buffer_drop(input, used);
	return result;
}

void reply_clear(struct reply *r)
{
	buffer_free(&r->text);
	*r = (struct reply){0};
}

void reply_text(struct reply *r, char *text, size_t size)
{
	struct text out;
	text_init(&out, text, size);
	const char *at = r->text.data;
	size_t left = r->text.length;
	while (left > 0 && !out.overflow) {
		const char *end = memchr(at, '\n', left);
		size_t length = end != NULL ? (size_t)(end - at) : left;
		text_escape(&out, at, length);
		if (end == NULL)
			break;
		text_char(&out, ' ');
		at += length + 1;
		left -= length + 1;
	}
}
