/* Wide forms of ASCII, and the marks around addresses. */
#include "message/wide.h"
#include <string.h>

/* First those that separate addresses: U+FF0C, U+3001, U+FF1B.  Then the wide colon, quotation
 * marks (U+2018 to U+201F, U+2039, U+203A), the ellipsis, and stops, brackets and quotation marks
 * of East Asia. */
static const char marks[][4] = {"\xef\xbc\x8c", "\xe3\x80\x81", "\xef\xbc\x9b", "\xef\xbc\x9a",
    "\xe2\x80\x98", "\xe2\x80\x99", "\xe2\x80\x9a", "\xe2\x80\x9b", "\xe2\x80\x9c", "\xe2\x80\x9d",
    "\xe2\x80\x9e", "\xe2\x80\x9f", "\xe2\x80\xb9", "\xe2\x80\xba", "\xe2\x80\xa6", "\xe3\x80\x82",
    "\xe3\x80\x88", "\xe3\x80\x89", "\xe3\x80\x8a", "\xe3\x80\x8b", "\xe3\x80\x8c", "\xe3\x80\x8d",
    "\xe3\x80\x8e", "\xe3\x80\x8f", "\xe3\x80\x90", "\xe3\x80\x91", "\xef\xbc\x88", "\xef\xbc\x89",
    "\xef\xbc\x9c", "\xef\xbc\x9e", "\xef\xbc\x81", "\xef\xbc\x9f", "\xef\xbc\x8e", "\xef\xbd\xa1",
    "\xef\xbc\xbb", "\xef\xbc\xbd", "\xef\xbc\x82", "\xef\xbc\x87", "\xc2\xab", "\xc2\xbb"};
#define COMMAS 3

static size_t find(const char *at, size_t left, size_t count)
{
	if (left < 2 || (unsigned char)*at < 0xc2)
		return 0;
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(marks[i]);
		if (left >= n && memcmp(at, marks[i], n) == 0)
			return n;
	}
	return 0;
}

size_t wide_mark(const char *at, size_t left)
{
	return find(at, left, sizeof marks / sizeof marks[0]);
}

size_t wide_mark_before(const char *from, size_t length)
{
	for (size_t n = 2; n <= 3 && n <= length; n++) {
		if (wide_mark(from + length - n, n) == n)
			return n;
	}
	return 0;
}

size_t wide_comma(const char *at, size_t left)
{
	return find(at, left, COMMAS);
}

/* U+FF01 to U+FF5E are '!' to '~'; U+3002 and U+FF61 are dots.  0: none of these. */
static char folded(const unsigned char *at, size_t left)
{
	if (left < 3)
		return 0;
	if ((at[0] == 0xe3 && at[1] == 0x80 && at[2] == 0x82) ||
	    (at[0] == 0xef && at[1] == 0xbd && at[2] == 0xa1))
		return '.';
	unsigned code = (at[0] & 0x0fU) << 12 | (at[1] & 0x3fU) << 6 | (at[2] & 0x3fU);
	bool wide = at[0] == 0xef && code >= 0xff01 && code <= 0xff5e;
	return wide ? (char)(code - 0xfee0) : 0;
}

bool wide_fold(struct buffer *out, size_t from)
{
	size_t to = from, length = out->length;
	for (size_t at = from; at < length; to++) {
		char c = folded((const unsigned char *)out->data + at, length - at);
		out->data[to] = c != 0 ? c : out->data[at];
		at += c != 0 ? 3 : 1;
	}
	out->length = to;
	return to < length;
}
