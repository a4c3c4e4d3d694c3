/* Header fields. */
#include "mail/format/field.h"
#include "base/header.h"
#include "base/charset.h"
#include "base/encoded_word.h"
#include <stdio.h>
#include <string.h>

#define VALUE_LIMIT_BYTES 16384
#define PIECES_LIMIT 100

bool field_find(struct buffer *out, const char *header, size_t length, const char *name)
{
	struct header_field field;
	if (!header_find(header, length, name, &field))
		return false;
	char *value = header_value(&field);
	for (char *at = value; *at != '\0'; at++)
		*at = *at == '\t' ? ' ' : *at;
	size_t n = strlen(value);
	buffer_add(out, value, n < VALUE_LIMIT_BYTES ? n : VALUE_LIMIT_BYTES);
	mem_free(&value);
	return true;
}

char *field_text(const char *header, size_t length, const char *name)
{
	struct buffer raw = {0}, text = {0};
	if (field_find(&raw, header, length, name))
		encoded_word_decode(&text, buffer_string(&raw), NULL);
	char *copy = mem_copy(buffer_string(&text));
	for (char *at = copy; *at != '\0'; at++) {
		if (*at == '\n' || *at == '\r' || *at == '\t')
			*at = ' ';
	}
	buffer_free(&raw);
	buffer_free(&text);
	return copy;
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
	bool found = header_parameter(&piece, value, name);
	if (found) {
		encoded_word_decode(out, buffer_string(&piece), NULL);
		buffer_free(&piece);
		return true;
	}
	for (int i = -1; i < PIECES_LIMIT; i++) {
		piece.length = 0;
		if (i < 0)
			snprintf(key, sizeof key, "%s*", name);
		else
			snprintf(key, sizeof key, "%s*%d*", name, i);
		if (header_parameter(&piece, value, key)) {
			put_extended(&raw, &piece, charset, sizeof charset);
			found = true;
			continue;
		}
		snprintf(key, sizeof key, "%s*%d", name, i);
		if (i >= 0 && header_parameter(&piece, value, key)) {
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
