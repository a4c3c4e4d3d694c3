/* Header fields. */
#include "mail/format/field.h"
#include "base/text.h"
#include "mail/format/charset.h"
#include "mail/format/decode.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define VALUE_LIMIT_BYTES 16384
#define PIECES_LIMIT 100

size_t field_next(const char *header, size_t length, size_t at, size_t *name_length)
{
	size_t n = 0;
	*name_length = 0;
	if (at >= length)
		return 0;
	while (at + n < length && (unsigned char)header[at + n] > ' ' && header[at + n] != ':' &&
	       (unsigned char)header[at + n] < 0x7f)
		n++;
	size_t colon = n;
	while (at + colon < length && (header[at + colon] == ' ' || header[at + colon] == '\t'))
		colon++;
	if (n > 0 && at + colon < length && header[at + colon] == ':')
		*name_length = n;
	n = 0;
	do {
		const char *end = memchr(header + at + n, '\n', length - at - n);
		n = end != NULL ? (size_t)(end - header) - at + 1 : length - at;
	} while (at + n < length && (header[at + n] == ' ' || header[at + n] == '\t'));
	return n;
}

/* Unfolds and trims. */
static void put_value(struct buffer *out, const char *bytes, size_t length)
{
	size_t before = out->length;
	if (length > VALUE_LIMIT_BYTES)
		length = VALUE_LIMIT_BYTES;
	for (size_t i = 0; i < length; i++) {
		char c = bytes[i];
		if (c == '\r' || c == '\n')
			continue;
		if (c == '\0' || c == '\t')
			c = ' ';
		if (c != ' ' || out->length > before)
			buffer_add(out, &c, 1);
	}
	while (out->length > before && out->data[out->length - 1] == ' ')
		out->length--;
}

bool field_find(struct buffer *out, const char *header, size_t length, const char *name)
{
	size_t at = 0, n, name_length, wanted = strlen(name);
	while ((n = field_next(header, length, at, &name_length)) > 0) {
		if (name_length == wanted && strncasecmp(header + at, name, wanted) == 0) {
			size_t colon = (size_t)((const char *)memchr(header + at, ':', n) - (header + at)) + 1;
			put_value(out, header + at + colon, n - colon);
			return true;
		}
		at += n;
	}
	return false;
}

char *field_text(const char *header, size_t length, const char *name)
{
	struct buffer raw = {0}, text = {0};
	if (field_find(&raw, header, length, name))
		decode_words(&text, buffer_string(&raw));
	char *copy = mem_copy(buffer_string(&text));
	for (char *at = copy; *at != '\0'; at++) {
		if (*at == '\n' || *at == '\r' || *at == '\t')
			*at = ' ';
	}
	buffer_free(&raw);
	buffer_free(&text);
	return copy;
}

/* The value behind "=": quoted or a token; returns what is behind it. */
static const char *take_value(struct buffer *out, const char *at)
{
	at += strspn(at, " ");
	if (*at != '"') {
		size_t n = strcspn(at, "; ");
		buffer_add(out, at, n);
		return at + n;
	}
	for (at++; *at != '\0' && *at != '"'; at++) {
		if (*at == '\\' && at[1] != '\0')
			at++;
		buffer_add(out, at, 1);
	}
	return *at == '"' ? at + 1 : at;
}

/* Finds "; name=value" for exactly this name; false when it is not there. */
static bool find_exact(struct buffer *out, const char *value, const char *name)
{
	size_t n = strlen(name);
	struct buffer skipped = {0};
	bool found = false;
	const char *at = value + strcspn(value, ";");
	while (*at == ';' && !found) {
		at += strspn(at, "; ");
		size_t width = strcspn(at, "=; ");
		const char *equals = at + width + strspn(at + width, " ");
		if (*equals != '=') {
			at += strcspn(at, ";");
			continue;
		}
		found = width == n && strncasecmp(at, name, n) == 0;
		at = take_value(found ? out : &skipped, equals + 1);
		skipped.length = 0;
		at += strcspn(at, ";");
	}
	buffer_free(&skipped);
	return found;
}

static void put_percent(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned byte;
		if (*text == '%' && text[1] != '\0' && text[2] != '\0' &&
		    sscanf(text + 1, "%2x", &byte) == 1) {
			char c = (char)byte;
			buffer_add(out, &c, 1);
			text += 2;
		} else {
			buffer_add(out, text, 1);
		}
	}
}

/* charset'language'text with %XX; the charset is in the first piece only. */
static void put_extended(struct buffer *raw, struct buffer *piece, char *charset, size_t size)
{
	const char *text = buffer_string(piece), *first = strchr(text, '\'');
	const char *second = first != NULL && charset[0] == '\0' ? strchr(first + 1, '\'') : NULL;
	if (second != NULL) {
		snprintf(charset, size, "%.*s", (int)(first - text), text);
		text = second + 1;
	}
	put_percent(raw, text);
}

bool field_parameter(struct buffer *out, const char *value, const char *name)
{
	struct buffer raw = {0}, piece = {0};
	char charset[41] = "", key[80];
	bool found = find_exact(&piece, value, name);
	if (found) {
		decode_words(out, buffer_string(&piece));
		buffer_free(&piece);
		return true;
	}
	for (int i = -1; i < PIECES_LIMIT; i++) {
		piece.length = 0;
		if (i < 0)
			snprintf(key, sizeof key, "%s*", name);
		else
			snprintf(key, sizeof key, "%s*%d*", name, i);
		if (find_exact(&piece, value, key)) {
			put_extended(&raw, &piece, charset, sizeof charset);
			found = true;
			continue;
		}
		snprintf(key, sizeof key, "%s*%d", name, i);
		if (i >= 0 && find_exact(&piece, value, key)) {
			buffer_puts(&raw, buffer_string(&piece));
			found = true;
		} else if (i >= 0) {
			break;
		}
	}
	charset_to_utf8(out, charset, raw.length > 0 ? raw.data : "", raw.length);
	buffer_free(&raw);
	buffer_free(&piece);
	return found;
}

size_t field_header_length(const char *bytes, size_t length)
{
	for (size_t at = 0; at < length;) {
		const char *end = memchr(bytes + at, '\n', length - at);
		size_t next = end != NULL ? (size_t)(end - bytes) + 1 : length;
		if (bytes[at] == '\n' || (bytes[at] == '\r' && next - at == 2))
			return next;
		at = next;
	}
	return length;
}
