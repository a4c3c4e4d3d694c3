/* Bounded strings.  Nothing here allocates, and nothing writes past the buffer that it was given. */
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

bool text_is_c1(const char *bytes, size_t length)
{
	return length > 1 && (unsigned char)bytes[0] == 0xc2 && (unsigned char)bytes[1] >= 0x80 && (unsigned char)bytes[1] < 0xa0;
}

void text_escape(struct text *t, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];
		if (c == '\n')
			text_put(t, "\\n");
		else if (c == '\r')
			text_put(t, "\\r");
		else if (c == '\t')
			text_put(t, "\\t");
		else if (c == '\\')
			text_put(t, "\\\\");
		else if (c < 0x20 || c == 0x7f)
			text_printf(t, "\\x%02x", c);
		else if (text_is_c1(bytes + i, length - i))
			text_printf(t, "\\xc2\\x%02x", (unsigned char)bytes[++i]);
		else
			text_char(t, (char)c);
	}
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

bool text_equal_ci(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
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
