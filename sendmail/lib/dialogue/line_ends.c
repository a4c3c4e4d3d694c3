/* Bytes in, stored bytes out.  Works on any split of the input, without holding more than a dot and
 * some CRs. */
#include "dialogue/line_ends.h"
#include <string.h>

void line_ends_start(struct line_ends *in, bool ignore_dots)
{
	*in = (struct line_ends){.ignore_dots = ignore_dots, .line_start = true};
}

static void release_crs(struct line_ends *in, struct buffer *out)
{
	for (; in->held_crs > 0; in->held_crs--)
		buffer_add(out, "\r", 1);
}

/* Text within a line, its trailing CRs cut off already. */
static void put_text(struct line_ends *in, const char *text, size_t length, struct buffer *out)
{
	if (length == 0)
		return;
	if (in->held_dot) {
		/* ".." at the start of a line means one dot; ".x" is itself. */
		if (*text != '.' || in->held_crs > 0)
			buffer_add(out, ".", 1);
		in->held_dot = false;
	}
	release_crs(in, out);
	if (in->line_start && !in->ignore_dots && *text == '.') {
		in->line_start = false;
		if (length == 1) {
			in->held_dot = true;
			return;
		}
		if (text[1] == '.') {
			text++;
			length--;
		}
	}
	in->line_start = false;
	buffer_add(out, text, length);
}

static void put_line_end(struct line_ends *in, struct buffer *out)
{
	in->held_crs = 0;
	if (in->held_dot) {
		in->held_dot = false;
		in->ended = true;
		return;
	}
	buffer_add(out, "\n", 1);
	in->line_start = true;
}

void line_ends_put(struct line_ends *in, const char *bytes, size_t length, struct buffer *out)
{
	while (length > 0 && !in->ended) {
		const char *end = memchr(bytes, '\n', length);
		size_t piece = end != NULL ? (size_t)(end - bytes) : length;
		size_t text = piece;
		while (text > 0 && bytes[text - 1] == '\r')
			text--;
		put_text(in, bytes, text, out);
		in->held_crs += piece - text;
		if (end != NULL) {
			put_line_end(in, out);
			piece++;
		}
		bytes += piece;
		length -= piece;
	}
}

void line_ends_finish(struct line_ends *in, struct buffer *out)
{
	if (in->held_dot && in->held_crs == 0) {
		in->held_dot = false;
		in->ended = true;
	}
	if (in->held_dot)
		buffer_add(out, ".", 1);
	in->held_dot = false;
	release_crs(in, out);
}
