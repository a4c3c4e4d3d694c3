/* Legal fields. */
#include "message/header_conform.h"
#include "base/text.h"
#include "base/charset.h"
#include "base/encoded_word.h"
#include "message/wire.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LINE_WANTED_BYTES 78

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Where a line may be broken: at a blank that has text on both sides, the last one that fits, or
   else the first one after; or after a comma.  A comma in quotation marks or after a backslash
   is part of a word, which a blank would change: only where the line could not be sent otherwise.
   0 when there is none.  quoted: what is before it leaves a quotation open. */
static size_t find_break(const char *line, size_t length, bool quoted)
{
	size_t best = 0, text = 0, within = 0;
	bool escaped = false;
	while (text < length && is_blank(line[text]))
		text++;
	for (size_t i = text + 1; i + 1 < length && (best == 0 || i <= LINE_WANTED_BYTES); i++) {
		bool word = quoted || escaped, comma = line[i - 1] == ',' && !is_blank(line[i]);
		quoted ^= line[i - 1] == '"' && !escaped;
		escaped = line[i - 1] == '\\' && !escaped;
		if ((is_blank(line[i]) && !is_blank(line[i + 1])) || (comma && !word))
			best = i;
		else if (comma && (within == 0 || i <= LINE_WANTED_BYTES))
			within = i;
	}
	return best == 0 && length > WIRE_LINE_LIMIT_BYTES ? within : best;
}

/* Whether a quotation is open after these bytes. */
static bool still_quoted(const char *bytes, size_t length, bool quoted)
{
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\\')
			i++;
		else
			quoted ^= bytes[i] == '"';
	}
	return quoted;
}

/* One line without its LF. */
static void put_folded(const char *line, size_t length, size_t limit, bool quoted,
    struct buffer *out)
{
	while (length > limit) {
		size_t at = find_break(line, length, quoted);
		if (at == 0)
			break;
		buffer_add(out, line, at);
		buffer_puts(out, is_blank(line[at]) ? "\n" : "\n ");
		quoted = still_quoted(line, at, quoted);
		line += at;
		length -= at;
	}
	buffer_add(out, line, length);
}

void header_conform_fold(struct buffer *out, size_t from, bool tidy)
{
	size_t limit = tidy ? LINE_WANTED_BYTES : WIRE_LINE_LIMIT_BYTES, longest = 0;
	for (size_t at = from, n; at < out->length; at += n + 1) {
		const char *end = memchr(out->data + at, '\n', out->length - at);
		n = end != NULL ? (size_t)(end - out->data) - at : out->length - at;
		longest = n > longest ? n : longest;
	}
	if (longest <= limit)
		return;
	char *field = mem_copy_n(out->data + from, out->length - from);
	size_t length = out->length - from;
	bool quoted = false;
	out->length = from;
	for (size_t at = 0, n; at < length; at += n + 1) {
		const char *end = memchr(field + at, '\n', length - at);
		n = end != NULL ? (size_t)(end - field) - at : length - at;
		put_folded(field + at, n, limit, quoted, out);
		quoted = still_quoted(field + at, n, quoted);
		if (end != NULL)
			buffer_add(out, "\n", 1);
	}
	free(field);
}

/* 8-bit bytes, or the escape sequences of ISO-2022-JP. */
static bool is_raw(const char *bytes, size_t length)
{
	return text_has_8bit(bytes, length) || memchr(bytes, 0x1b, length) != NULL;
}

/* The words of an unstructured value; runs of words with 8-bit bytes become encoded words, all
 * others stay, those that are encoded already too. */
static void put_text(const char *value, const char *charset, struct buffer *out)
{
	const char *at = value;
	bool after_encoded = false;
	while (*at != '\0') {
		size_t blank = strspn(at, " \t"), word = strcspn(at + blank, " \t");
		size_t run = blank + word;
		bool raw = is_raw(at + blank, word);
		for (;;) {
			size_t b = strspn(at + run, " \t"), w = strcspn(at + run + b, " \t");
			if (w == 0 || !raw || !is_raw(at + run + b, w))
				break;
			run += b + w;
		}
		if (!raw) {
			buffer_add(out, at, run);
		} else {
			/* Blanks between two encoded words vanish when they are shown: one belongs into the
			 * word then. */
			char *text = mem_copy_n(at + blank, run - blank);
			buffer_puts(out, blank > 0 || after_encoded ? " " : "");
			encoded_word_put_charset(out, text, 60, charset);
			free(text);
		}
		after_encoded = raw;
		at += run;
	}
}

/* A parameter value with 8-bit bytes, as RFC 2231 writes it; name is in out already, without
 * its '='. */
static void put_parameter(const char *value, size_t length, const char *charset, struct buffer *out)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	bool known = *charset != '\0' && strpbrk(charset, "'*% \t;\"") == NULL &&
	             !text_equal_ci(charset, "us-ascii");
	buffer_printf(out, "*=%s''",
	    charset_is_utf8(value, length) ? "UTF-8"
	    : known                        ? charset
	                                   : "ISO-8859-1");
	for (size_t i = 0; i < length; i++) {
		if (value[i] == '\\' && i + 1 < length)
			i++;
		if (value[i] != '\0' && strchr(plain, value[i]) != NULL)
			buffer_add(out, value + i, 1);
		else
			buffer_printf(out, "%%%02X", (unsigned char)value[i]);
	}
}

/* Content-Type, Content-Disposition: name="..." and name=... */
static void put_parameters(const char *value, const char *charset, struct buffer *out)
{
	while (*value != '\0') {
		if (*value != '=') {
			buffer_add(out, value++, 1);
			continue;
		}
		bool quoted = value[1] == '"';
		const char *start = value + 1 + quoted;
		size_t n = 0;
		while (start[n] != '\0' && (quoted ? start[n] != '"' : strchr("; \t", start[n]) == NULL))
			n += start[n] == '\\' && start[n + 1] != '\0' ? 2 : 1;
		if (text_has_8bit(start, n))
			put_parameter(start, n, charset, out);
		else
			buffer_add(out, value, (size_t)(start + n + (quoted && start[n] == '"') - value));
		value = start + n + (quoted && start[n] == '"');
	}
}

/* NUL and CR out of a field that has them. */
static void put_clean(const struct header_field *f, struct buffer *out)
{
	for (size_t i = 0; i < f->length; i++) {
		if (f->start[i] == '\r')
			buffer_add(out, " ", 1);
		else if (f->start[i] != '\0')
			buffer_add(out, f->start + i, 1);
	}
}

void header_conform_put(const struct header_field *f, const char *charset, struct buffer *out)
{
	size_t from = out->length;
	size_t head = (size_t)(f->value - f->start);
	if (is_raw(f->start, f->length)) {
		char *value = header_value(f);
		buffer_add(out, f->start, head);
		buffer_puts(out, " ");
		if (head > 8 && strncasecmp(f->start, "Content-", 8) == 0)
			put_parameters(value, charset, out);
		else
			put_text(value, charset, out);
		buffer_puts(out, "\n");
		free(value);
	} else if (memchr(f->start, '\0', f->length) != NULL ||
	           memchr(f->start, '\r', f->length) != NULL) {
		put_clean(f, out);
	} else {
		buffer_add(out, f->start, f->length);
	}
	header_conform_fold(out, from, false);
}
