/* Header fields. */
#include "base/header.h"
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
   after the colon. Blanks before the colon are the obsolete form (RFC 5322 4.5). */
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

/* A byte order mark, which editors of other systems put before the first field. */
static size_t order_mark(const char *bytes, size_t length)
{
	size_t value;
	bool mark = length > 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0;
	return mark && name_length(bytes + 3, line_length(bytes + 3, length - 3), &value) > 0 ? 3 : 0;
}

size_t header_block(const char *bytes, size_t length, size_t *skip, size_t *body_at)
{
	size_t value, at;
	*skip = mailbox_lines(bytes, length);
	*skip += order_mark(bytes + *skip, length - *skip);
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

size_t header_at(const char *block, size_t length, size_t at, struct header_field *field)
{
	if (at >= length)
		return 0;
	const char *start = block + at;
	size_t left = length - at, value = 0, n = line_length(start, left);
	size_t name = name_length(start, n, &value);
	while (n < left && is_continuation(start + n, left - n))
		n += line_length(start + n, left - n);
	*field = (struct header_field){.start = start,
	    .name_length = name,
	    .value = start + value,
	    .length = n};
	return n;
}

bool header_next(const char *block, size_t length, size_t *at, struct header_field *field)
{
	for (size_t n; (n = header_at(block, length, *at, field)) > 0;) {
		*at += n;
		if (field->name_length > 0)
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

/* After a quoted string. */
static const char *skip_quoted(const char *at)
{
	for (at++; *at != '\0' && *at != '"'; at++)
		at += *at == '\\' && at[1] != '\0';
	return at + (*at == '"');
}

static void put_parameter(struct buffer *out, const char *at)
{
	bool quoted = *at == '"';
	for (at += quoted; *at != '\0' && (quoted ? *at != '"' : strchr("; \t(", *at) == NULL); at++) {
		at += quoted && *at == '\\' && at[1] != '\0';
		buffer_add(out, at, 1);
	}
}

bool header_parameter(struct buffer *out, const char *value, const char *name)
{
	size_t length = strlen(name);
	for (const char *at = value; *at != '\0';) {
		if (*at != ';') {
			at = *at == '"' ? skip_quoted(at) : at + 1;
			continue;
		}
		at += strspn(at, "; \t");
		size_t width = strcspn(at, "=; \t");
		const char *equals = at + width + strspn(at + width, " \t");
		if (*equals == '=' && width == length && strncasecmp(at, name, length) == 0) {
			put_parameter(out, equals + 1 + strspn(equals + 1, " \t"));
			return true;
		}
	}
	return false;
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
