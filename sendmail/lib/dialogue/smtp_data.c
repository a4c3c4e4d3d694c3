/* Dots. */
#include "dialogue/smtp_data.h"
#include <string.h>

/* Text up to the end of the line, or of the bytes. */
static size_t put_text(struct smtp_data *d, const char *bytes, size_t length, struct buffer *out)
{
	const char *end = memchr(bytes, '\n', length);
	size_t piece = end != NULL ? (size_t)(end - bytes) : length;
	bool after_cr = piece > 0 ? bytes[piece - 1] == '\r' : d->state == DATA_TEXT_CR;
	d->state = after_cr ? DATA_TEXT_CR : DATA_TEXT;
	if (end != NULL) {
		piece++;
		d->state = after_cr || d->bare_lf ? DATA_LINE_START : DATA_TEXT;
	}
	buffer_add(out, bytes, piece);
	return piece;
}

/* What follows a dot that began a line.  A dot that nothing legal follows is kept: it was never
 * doubled. */
static size_t put_behind_dot(struct smtp_data *d, char c, struct buffer *out)
{
	if (d->state == DATA_DOT && c == '\r') {
		d->state = DATA_DOT_CR;
		return 1;
	}
	if (c == '\n' && (d->state == DATA_DOT_CR || d->bare_lf)) {
		d->ended = true;
		return 1;
	}
	if (d->state == DATA_DOT_CR)
		buffer_add(out, ".\r", 2);
	else if (c == '\n')
		buffer_add(out, ".", 1);
	d->state = d->state == DATA_DOT_CR ? DATA_TEXT_CR : DATA_TEXT;
	return 0;
}

size_t smtp_data_put(struct smtp_data *d, const char *bytes, size_t length, struct buffer *out)
{
	size_t at = 0;
	while (at < length && !d->ended) {
		if (d->state == DATA_DOT || d->state == DATA_DOT_CR) {
			at += put_behind_dot(d, bytes[at], out);
		} else if (d->state == DATA_LINE_START && bytes[at] == '.') {
			d->state = DATA_DOT;
			at++;
		} else {
			at += put_text(d, bytes + at, length - at, out);
		}
	}
	return at;
}
