/* Header fields. */
#include "message/header.h"
#include <string.h>
#include <strings.h>

static size_t line_length(const char *bytes, size_t length)
{
	const char *end = memchr(bytes, '\n', length);
	return end != NULL ? (size_t)(end - bytes) + 1 : length;
}

static bool is_continuation(const char *line, size_t length)
{
	return length > 0 && (*line == ' ' || *line == '\t');
}

/* Length of a field name at the start of a line, 0 when there is none; *value gets the offset
   behind the colon. Blanks before the colon are the obsolete form (RFC 5322 4.5). */
static size_t name_length(const char *line, size_t length, size_t *value)
{
	size_t n = 0;
	while (n < length && (unsigned char)line[n] > 0x20 && (unsigned char)line[n] < 0x7f &&
	       line[n] != ':')
		n++;
	size_t colon = n;
	while (colon < length && (line[colon] == ' ' || line[colon] == '\t'))
		colon++;
	if (n == 0 || colon >= length || line[colon] != ':')
		return 0;
	*value = colon + 1;
	return n;
}

static size_t mailbox_lines(const char *bytes, size_t length)
{
	size_t at = 0;
	while (length - at >= 5 && (memcmp(bytes + at, "From ", 5) == 0 ||
	                               (length - at >= 6 && memcmp(bytes + at, ">From ", 6) == 0)))
		at += line_length(bytes + at, length - at);
	return at;
}

size_t header_block(const char *bytes, size_t length, size_t *skip, size_t *body_at)
{
	size_t value, at;
	*skip = mailbox_lines(bytes, length);
	at = *skip;
	while (at < length) {
		size_t n = line_length(bytes + at, length - at);
		bool follows = at > *skip && is_continuation(bytes + at, n);
		/* A line of blanks within the header is a folded empty line; older programs write it, and
		 * it is kept. */
		if (!follows && name_length(bytes + at, n, &value) == 0)
			break;
		at += n;
	}
	*body_at = at < length && bytes[at] == '\n' ? at + 1 : at;
	return at - *skip;
}

bool header_next(const char *block, size_t length, size_t *at, struct header_field *field)
{
	size_t value;
	while (*at < length) {
		const char *start = block + *at;
		size_t left = length - *at;
		size_t n = line_length(start, left);
		size_t name = name_length(start, n, &value);
		while (n < left && is_continuation(start + n, left - n))
			n += line_length(start + n, left - n);
		*at += n;
		if (name == 0)
			continue;
		*field = (struct header_field){.start = start,
		    .name_length = name,
		    .value = start + value,
		    .length = n};
		return true;
	}
	return false;
}

bool header_is(const struct header_field *field, const char *name)
{
	return strlen(name) == field->name_length &&
	       strncasecmp(field->start, name, field->name_length) == 0;
}

bool header_find(const char *block, size_t length, const char *name, struct header_field *field)
{
	for (size_t at = 0; header_next(block, length, &at, field);) {
		if (header_is(field, name))
			return true;
	}
	return false;
}

char *header_value(const struct header_field *field)
{
	size_t length = field->length - (size_t)(field->value - field->start);
	char *value = mem_alloc(length + 1);
	size_t n = 0;
	for (size_t i = 0; i < length; i++) {
		char c = field->value[i];
		if (c == '\0' || c == '\n' || c == '\r')
			continue;
		if (n == 0 && (c == ' ' || c == '\t'))
			continue;
		value[n++] = c;
	}
	while (n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\t'))
		n--;
	value[n] = '\0';
	return value;
}

void header_without(const char *block, size_t length, const char *const names[], struct buffer *out)
{
	struct header_field field;
	size_t at = 0, from = 0;
	while (header_next(block, length, &at, &field)) {
		bool named = false;
		for (int i = 0; names[i] != NULL; i++)
			named = named || header_is(&field, names[i]);
		if (!named)
			continue;
		size_t start = (size_t)(field.start - block);
		buffer_add(out, block + from, start - from);
		from = at;
	}
	buffer_add(out, block + from, length - from);
}
