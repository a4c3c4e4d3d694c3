/* Transparency and line ends.  memchr finds the lines, whole runs are copied. */
#include "message/wire.h"
#include <string.h>

void wire_start(struct wire *w)
{
	*w = (struct wire){.line_start = true};
}

/* Text without CR and LF. */
static void put_run(struct wire *w, const char *bytes, size_t length, struct buffer *out)
{
	while (length > 0) {
		if (w->line_start && *bytes == '.' && !w->chunked)
			buffer_add(out, ".", 1);
		w->line_start = false;
		size_t room = WIRE_LINE_LIMIT_BYTES - w->column;
		size_t n = length < room ? length : room;
		buffer_add(out, bytes, n);
		w->column += n;
		bytes += n;
		length -= n;
		if (length > 0) {
			buffer_add(out, "\r\n ", 3);
			w->column = 1;
		}
	}
}

static void end_line(struct wire *w, struct buffer *out)
{
	buffer_add(out, "\r\n", 2);
	w->column = 0;
	w->line_start = true;
	w->held_cr = false;
}

/* Text without LF; CRs in it become blanks, but the last one waits: an LF may follow. */
static void put_text(struct wire *w, const char *bytes, size_t length, struct buffer *out)
{
	while (length > 0) {
		if (w->held_cr) {
			w->held_cr = false;
			put_run(w, " ", 1, out);
		}
		const char *cr = memchr(bytes, '\r', length);
		size_t n = cr != NULL ? (size_t)(cr - bytes) : length;
		put_run(w, bytes, n, out);
		if (cr == NULL)
			return;
		w->held_cr = true;
		bytes += n + 1;
		length -= n + 1;
	}
}

void wire_put(struct wire *w, const char *bytes, size_t length, struct buffer *out)
{
	while (length > 0) {
		const char *lf = memchr(bytes, '\n', length);
		size_t n = lf != NULL ? (size_t)(lf - bytes) : length;
		put_text(w, bytes, n, out);
		if (lf == NULL)
			return;
		end_line(w, out);
		bytes += n + 1;
		length -= n + 1;
	}
}

void wire_end(struct wire *w, struct buffer *out)
{
	if (w->held_cr) {
		w->held_cr = false;
		put_run(w, " ", 1, out);
	}
	if (!w->line_start)
		end_line(w, out);
	if (!w->chunked)
		buffer_add(out, ".\r\n", 3);
}
