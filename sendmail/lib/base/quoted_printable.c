/* Quoted-printable. */
#include "base/quoted_printable.h"
#include <string.h>

#define LINE_BYTES 75 /* and the '=' of a soft line break */
#define ARROWS_LIMIT 40

static const char from_line[] = "From ";

static void put_token(struct quoted_printable *q, const char *token, size_t length,
    struct buffer *out)
{
	if (q->column + length > LINE_BYTES) {
		buffer_puts(out, "=\n");
		q->column = 0;
	}
	buffer_add(out, token, length);
	q->column += length;
}

static void put_code(struct quoted_printable *q, unsigned char byte, struct buffer *out)
{
	static const char digits[] = "0123456789ABCDEF";
	const char token[3] = {'=', digits[byte >> 4], digits[byte & 15]};
	put_token(q, token, 3, out);
}

static void release_blank(struct quoted_printable *q, bool at_end, struct buffer *out)
{
	if (q->blank == 0)
		return;
	if (at_end)
		put_code(q, (unsigned char)q->blank, out);
	else
		put_token(q, &q->blank, 1, out);
	q->blank = 0;
}

/* What take_from holds back, as it is, or with its first byte as a code. */
static void release_from(struct quoted_printable *q, bool coded, struct buffer *out)
{
	size_t arrows = q->arrows, letters = q->from;
	q->arrows = q->from = 0;
	for (size_t i = 0; i < arrows + letters; i++) {
		const char *byte = i < arrows ? ">" : &from_line[i - arrows];
		if (coded && i == 0)
			put_code(q, (unsigned char)*byte, out);
		else
			put_token(q, byte, 1, out);
	}
}

/* "From ", also after ">", at the start of a line is changed by mailboxes: it is held back until
   it is known whether it is there. True when the byte belongs to it. */
static bool take_from(struct quoted_printable *q, char byte, struct buffer *out)
{
	if (q->arrows + q->from == 0 && (q->column > 0 || q->blank != 0))
		return false;
	if (byte == '>' && q->from == 0 && q->arrows < ARROWS_LIMIT) {
		q->arrows++;
		return true;
	}
	if (byte != from_line[q->from]) {
		release_from(q, false, out);
		return false;
	}
	if (from_line[q->from + 1] != '\0') {
		q->from++;
		return true;
	}
	release_from(q, true, out);
	q->blank = byte;
	return true;
}

/* A dot at the start of a line; after a soft line break also what may be the start of "From " or
 * ">From ". */
static bool starts_badly(const struct quoted_printable *q, unsigned char byte)
{
	return (byte == '.' && (q->column == 0 || q->column == LINE_BYTES)) ||
	       ((byte == 'F' || byte == '>') && q->column == LINE_BYTES);
}

static void put_byte(struct quoted_printable *q, unsigned char byte, struct buffer *out)
{
	release_blank(q, byte == '\n' && !q->exact, out);
	if (byte == '\n' && q->exact) {
		put_code(q, byte, out);
		q->column = LINE_BYTES; /* the next byte begins a line */
	} else if (byte == '\n') {
		buffer_add(out, "\n", 1);
		q->column = 0;
	} else if (byte == ' ' || byte == '\t') {
		q->blank = (char)byte;
	} else if (byte > 0x20 && byte < 0x7f && byte != '=' && !starts_badly(q, byte)) {
		put_token(q, &(char){(char)byte}, 1, out);
	} else {
		put_code(q, byte, out);
	}
}

void quoted_printable_put(struct quoted_printable *q, const char *bytes, size_t length,
    struct buffer *out)
{
	for (size_t i = 0; i < length; i++) {
		if (!take_from(q, bytes[i], out))
			put_byte(q, (unsigned char)bytes[i], out);
	}
}

void quoted_printable_end(struct quoted_printable *q, struct buffer *out)
{
	release_from(q, false, out);
	release_blank(q, true, out);
}

void quoted_printable_fix(struct quoted_printable *q, const char *bytes, size_t length,
    struct buffer *out)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)bytes[i];
		if (byte == '\n') {
			buffer_add(out, "\n", 1);
			q->column = 0;
		} else if (byte >= 0x7f || (byte < 0x20 && byte != '\t')) {
			put_code(q, byte, out);
		} else {
			/* A code is never cut: its '=' is moved to the next line when there is no room for the
			 * whole of it. */
			if (byte == '=' && q->column + 3 > LINE_BYTES)
				q->column = LINE_BYTES;
			put_token(q, bytes + i, 1, out);
		}
	}
}

void quoted_printable_wrap_base64(struct quoted_printable *q, const char *bytes, size_t length,
    struct buffer *out)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\n') {
			buffer_add(out, "\n", 1);
			q->column = 0;
		} else if (bytes[i] != '\0' && strchr(digits, bytes[i]) != NULL) {
			if (q->column == 76) {
				buffer_add(out, "\n", 1);
				q->column = 0;
			}
			buffer_add(out, bytes + i, 1);
			q->column++;
		}
	}
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes of a line end at s, after blanks; 0 when there is none. */
static size_t soft_break(const char *s, size_t left)
{
	size_t n = 0;
	while (n < left && (s[n] == ' ' || s[n] == '\t' || s[n] == '\r'))
		n++;
	return n < left && s[n] == '\n' ? n + 1 : 0;
}

void quoted_printable_decode(struct buffer *out, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		size_t left = length - i - 1, gap;
		if (bytes[i] == '=' && left >= 2 && hex_value(bytes[i + 1]) >= 0 &&
		    hex_value(bytes[i + 2]) >= 0) {
			char c = (char)(hex_value(bytes[i + 1]) << 4 | hex_value(bytes[i + 2]));
			buffer_add(out, &c, 1);
			i += 2;
		} else if (bytes[i] == '=' && (gap = soft_break(bytes + i + 1, left)) > 0) {
			i += gap;
		} else if (bytes[i] != '=' || left > 0) {
			buffer_add(out, bytes + i, 1);
		}
	}
}
