/* Bounded strings.  Nothing here allocates, and nothing writes past the buffer that it was
   given. */
#include "base/text.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void text_init(struct text *t, char *buffer, size_t size)
{
	*t = (struct text){.data = buffer, .size = size};
	buffer[0] = '\0';
}

void text_put_n(struct text *t, const char *bytes, size_t length)
{
	size_t room = t->size - 1 - t->length;
	if (length > room) {
		length = room;
		t->overflow = true;
	}
	memcpy(t->data + t->length, bytes, length);
	t->length += length;
	t->data[t->length] = '\0';
}

void text_char(struct text *t, char c)
{
	text_put_n(t, &c, 1);
}

void text_put(struct text *t, const char *string)
{
	text_put_n(t, string, strlen(string));
}

void text_printf(struct text *t, const char *format, ...)
{
	va_list args;
	size_t room = t->size - t->length;
	va_start(args, format);
	int need = vsnprintf(t->data + t->length, room, format, args);
	va_end(args);
	if (need < 0)
		return;
	if ((size_t)need >= room) {
		t->overflow = true;
		t->length = t->size - 1;
	} else {
		t->length += (size_t)need;
	}
}

/* Of a well-formed sequence of two or three bytes; 0 for any other. */
static unsigned code_point(const unsigned char *s, size_t length, size_t *bytes)
{
	if (length > 1 && s[0] >= 0xc2 && s[0] < 0xe0 && (s[1] & 0xc0) == 0x80) {
		*bytes = 2;
		return (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu);
	}
	if (length > 2 && (s[0] & 0xf0) == 0xe0 && (s[1] & 0xc0) == 0x80 && (s[2] & 0xc0) == 0x80) {
		*bytes = 3;
		return (s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
	}
	*bytes = length > 3 && s[0] >= 0xf0 && s[0] < 0xf5 && (s[0] > 0xf0 || s[1] >= 0x90) &&
	                 (s[1] & 0xc0) == 0x80 && (s[2] & 0xc0) == 0x80 && (s[3] & 0xc0) == 0x80
	             ? 4
	             : 1;
	return 0;
}

size_t text_character(const char *at, size_t length, bool *control)
{
	const unsigned char *s = (const unsigned char *)at;
	size_t bytes = 1;
	*control = s[0] < 0x20 || s[0] == 0x7f;
	if (s[0] < 0x80)
		return 1;
	unsigned point = code_point(s, length, &bytes);
	if (bytes == 1)
		*control = s[0] < 0xa0;
	else if (bytes < 4) /* one that is longer than it need be is read as the short one by some */
		*control = point < 0xa0 || point == 0x61c || point == 0x200e || point == 0x200f ||
		           (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
	return bytes;
}

static void put_escaped(struct text *t, const char *bytes, size_t length)
{
	const char *at = *bytes != '\0' ? strchr("\nn\rr\tt", *bytes) : NULL;
	if (length == 1 && at != NULL) {
		text_printf(t, "\\%c", at[1]);
		return;
	}
	for (size_t i = 0; i < length; i++)
		text_printf(t, "\\x%02x", (unsigned char)bytes[i]);
}

/* How many bytes at the start are printable ASCII other than a backslash. */
static size_t plain_run(const char *bytes, size_t length)
{
	size_t n = 0;
	while (n < length && bytes[n] >= ' ' && bytes[n] < 0x7f && bytes[n] != '\\')
		n++;
	return n;
}

static void escape(struct text *t, const char *bytes, size_t length, bool doubled)
{
	bool control;
	for (size_t i = 0, n; i < length; i += n) {
		n = plain_run(bytes + i, length - i);
		text_put_n(t, bytes + i, n);
		i += n;
		if (i == length)
			break;
		n = text_character(bytes + i, length - i, &control);
		bool broken = n == 1 && (unsigned char)bytes[i] >= 0x80;
		if (control || broken)
			put_escaped(t, bytes + i, n);
		else
			text_put_n(t, bytes + i, n);
		if (bytes[i] == '\\' && doubled)
			text_char(t, '\\');
	}
}

void text_escape(struct text *t, const char *bytes, size_t length)
{
	escape(t, bytes, length, true);
}

void text_tame(char *string, size_t size)
{
	TEXT(safe, 4096);
	escape(&safe, string, strlen(string), false);
	text_copy(string, size, safe.data);
}

bool text_copy(char *to, size_t size, const char *from)
{
	size_t length = strlen(from);
	bool fits = length < size;
	if (!fits)
		length = size - 1;
	memmove(to, from, length);
	to[length] = '\0';
	return fits;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

char *text_trim(char *string)
{
	while (is_blank(*string))
		string++;
	size_t length = strlen(string);
	while (length > 0 && is_blank(string[length - 1]))
		string[--length] = '\0';
	return string;
}

bool text_starts(const char *string, const char *prefix)
{
	return strncmp(string, prefix, strlen(prefix)) == 0;
}

bool text_starts_ci(const char *string, const char *prefix)
{
	return strncasecmp(string, prefix, strlen(prefix)) == 0;
}

bool text_is_from_line(const char *line, size_t length)
{
	size_t arrows = 0;
	while (arrows < length && line[arrows] == '>')
		arrows++;
	return length - arrows >= 5 && memcmp(line + arrows, "From ", 5) == 0;
}

const char *text_skip_bom(const char *text)
{
	return text_starts(text, "\357\273\277") ? text + 3 : text;
}

bool text_equal_ci(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

void text_lower(char *string)
{
	for (; *string != '\0'; string++) {
		if (*string >= 'A' && *string <= 'Z')
			*string = (char)(*string + 32);
	}
}

const char *text_find_ci(const char *haystack, const char *needle)
{
	size_t length = strlen(needle);
	for (; *haystack != '\0' || length == 0; haystack++) {
		if (strncasecmp(haystack, needle, length) == 0)
			return haystack;
	}
	return NULL;
}

bool text_in_domain(const char *name, const char *domain)
{
	size_t n = strlen(name), m = strlen(domain);
	return n >= m && text_equal_ci(name + n - m, domain) && (n == m || name[n - m - 1] == '.');
}

bool text_number(const char *string, long long low, long long high, long long *result)
{
	char *end;
	if (*string == '\0' || is_blank(*string) || *string == '+')
		return false;
	errno = 0;
	long long value = strtoll(string, &end, 10);
	if (errno != 0 || *end != '\0' || value < low || value > high)
		return false;
	*result = value;
	return true;
}

bool text_has_8bit(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)bytes[i] >= 0x80)
			return true;
	}
	return false;
}

bool text_is_ascii(const char *string)
{
	return !text_has_8bit(string, strlen(string));
}

bool text_has_control(const char *string)
{
	for (; *string != '\0'; string++) {
		unsigned char c = (unsigned char)*string;
		if (c < 0x20 || c == 0x7f)
			return true;
	}
	return false;
}
