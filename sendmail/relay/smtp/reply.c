/* SMTP replies out of bytes that a stranger chose: every length is bounded, nothing is trusted. */
#include "relay/smtp/reply.h"
#include "base/text.h"
#include "diagnosis/answer.h"
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The code at the start of a line, 0 when there is none: three digits of RFC 5321 4.2, then a blank
 * (a tab from some), a hyphen or the end. */
static int line_code(const char *line, size_t length)
{
	if (length < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) || !is_digit(line[2]))
		return 0;
	if (length > 3 && line[3] != ' ' && line[3] != '\t' && line[3] != '-')
		return 0;
	return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

/* A line of a reply to its text; the first ones only. */
static void keep_line(struct reply *r, const char *text, size_t length)
{
	if (r->lines > REPLY_LINES_LIMIT)
		return;
	if (r->lines > 1)
		buffer_add(&r->text, "\n", 1);
	else
		answer_status(r->code, text, length, r->status);
	buffer_add(&r->text, text, length);
}

/* One line without its end. */
static enum reply_result take_line(struct reply *r, const char *line, size_t length,
    const char **problem)
{
	int code = line_code(line, length);
	if (code == 0 && r->lines == 0) {
		*problem = "the server's reply does not begin with an SMTP code: this is no SMTP server, "
		           "or the session is out of step";
		return REPLY_BAD;
	}
	if (code != 0 && r->lines > 0 && code / 100 != r->code / 100 && (code < 400 || r->code < 400)) {
		*problem = "the lines of one reply have different codes";
		return REPLY_BAD;
	}
	size_t head = code == 0 ? 0 : length > 3 ? 4 : 3;
	/* Where they differ in detail, the last one counts: it is the one that ends the reply.  Of 4xx
	 * and 5xx together the one that loses nothing. */
	if (code != 0 && (r->code < 400 || code / 100 <= r->code / 100))
		r->code = code;
	r->lines++;
	keep_line(r, line + head, length - head);
	return code == 0 || (length > 3 && line[3] == '-') ? REPLY_MORE : REPLY_WHOLE;
}

static size_t without_nul(char *line, size_t length)
{
	size_t kept = 0;
	for (size_t i = 0; i < length; i++) {
		if (line[i] != '\0')
			line[kept++] = line[i];
	}
	return kept;
}

/* Length of the line at the front with its end, or of the part of a long one that is there; 0 =
 * wait for more. */
static size_t line_length(const struct reply *r, const char *line, size_t left, bool *whole)
{
	const char *end = memchr(line, '\n', left);
	*whole = end != NULL;
	if (end != NULL)
		return (size_t)(end - line) + 1;
	return r->skipping || left > REPLY_LINE_LIMIT_BYTES + 1 ? left : 0;
}

static enum reply_result take_part(struct reply *r, char *line, size_t length, bool whole,
    const char **problem)
{
	if (r->skipping) {
		r->skipping = !whole;
		return whole && r->last ? REPLY_WHOLE : REPLY_MORE;
	}
	if (whole)
		length -= length > 1 && line[length - 2] == '\r' ? 2 : 1;
	if (length > REPLY_LINE_LIMIT_BYTES)
		length = REPLY_LINE_LIMIT_BYTES;
	enum reply_result result = take_line(r, line, without_nul(line, length), problem);
	r->skipping = !whole && result != REPLY_BAD;
	r->last = result == REPLY_WHOLE;
	return r->skipping ? REPLY_MORE : result;
}

enum reply_result reply_take(struct reply *r, struct buffer *input, const char **problem)
{
	enum reply_result result = REPLY_MORE;
	size_t used = 0;
	while (result == REPLY_MORE && used < input->length) {
		bool whole;
		char *line = input->data + used;
		size_t length = line_length(r, line, input->length - used, &whole);
		if (length == 0)
			break;
		used += length;
		result = take_part(r, line, length, whole, problem);
	}
	/* Dropped once for all lines: the bytes after a reply are moved once, however many lines it
	 * had. */
	if (used > 0)
		buffer_drop(input, used);
	r->bytes += used;
	if (result == REPLY_MORE && r->bytes > REPLY_LIMIT_BYTES) {
		*problem = "the server's reply does not end";
		result = REPLY_ENDLESS;
	}
	return result;
}

bool reply_salvage(struct reply *r, struct buffer *input)
{
	const char *problem;
	if (input->length > 0 && !r->skipping)
		take_line(r, input->data, without_nul(input->data, input->length), &problem);
	buffer_drop(input, input->length);
	return r->lines > 0;
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
