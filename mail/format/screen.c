/* What a terminal may see. */
#include "mail/format/screen.h"
#include "base/charset.h"
#include "base/columns.h"
#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The character at s; *n is its length.  Bytes that are no UTF-8 give U+FFFD and 1. */
static uint32_t character(const char *s, size_t left, size_t *n)
{
	const unsigned char *u = (const unsigned char *)s;
	*n = u[0] < 0x80 ? 1 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
	if (*n > left || (*n > 1 && !charset_is_utf8(s, *n))) {
		*n = 1;
		return 0xfffd;
	}
	if (*n == 1)
		return u[0];
	uint32_t c = u[0] & (0xffu >> (*n + 1));
	for (size_t i = 1; i < *n; i++)
		c = c << 6 | (u[i] & 0x3f);
	return c;
}

/* C1 controls, marks of direction, separators of lines: they would change how the rest looks. */
static int is_harmful(uint32_t c)
{
	return (c >= 0x80 && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfffd ||
	       (c >= 0xe0000 && c <= 0xe0fff) || c == 0xfeff;
}

void screen_clean(struct buffer *out, const char *bytes, size_t length)
{
	for (size_t i = 0, n; i < length; i += n) {
		uint32_t c = character(bytes + i, length - i, &n);
		if (c == '\r' && i + 1 < length && bytes[i + 1] == '\n')
			continue;
		if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f && !is_harmful(c)))
			buffer_add(out, bytes + i, n);
		else if (c < 0x80)
			buffer_printf(out, "^%c", (int)(c ^ 0x40));
		else
			buffer_puts(out, "\357\277\275");
	}
}

void screen_fit(struct buffer *out, const char *text, int width, int pad)
{
	struct buffer clean = {0}, raw = {0};
	buffer_puts(&raw, text);
	screen_clean(&clean, raw.length > 0 ? raw.data : "", raw.length);
	int column = 0;
	for (size_t i = 0, n; i < clean.length; i += n) {
		uint32_t c = character(clean.data + i, clean.length - i, &n);
		int wide = columns_of_character(c);
		if (column + wide > width)
			break;
		if (c < 0x20)
			buffer_puts(out, " ");
		else
			buffer_add(out, clean.data + i, n);
		column += wide;
	}
	for (; pad && column < width; column++)
		buffer_puts(out, " ");
	buffer_free(&clean);
	buffer_free(&raw);
}

void screen_size(int *lines, int *columns)
{
	struct winsize size;
	*lines = 24;
	*columns = 80;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
		return;
	if (size.ws_row > 0)
		*lines = size.ws_row;
	if (size.ws_col > 0)
		*columns = size.ws_col;
}
