/* Decoders.  Their output is never longer than their input, but for charsets. */
#include "mail/format/decode.h"
#include "base/compat.h"
#include "base/text.h"
#include "mail/format/charset.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define WORD_LIMIT 1000 /* of an encoded word; RFC 2047 allows 75 */

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

void decode_base64(struct buffer *out, const char *bytes, size_t length)
{
	uint32_t bits = 0;
	int have = 0;
	for (size_t i = 0; i < length; i++) {
		int value = base64_value(bytes[i]);
		/* Padding ends a group; some programs join encoded pieces. */
		if (bytes[i] == '=')
			have = 0;
		if (value < 0)
			continue;
		bits = bits << 6 | (uint32_t)value;
		have += 6;
		if (have >= 8) {
			have -= 8;
			char c = (char)(bits >> have & 0xff);
			buffer_add(out, &c, 1);
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

/* Bytes of a line end at s, behind blanks; 0 when there is none. */
static size_t soft_break(const char *s, size_t left)
{
	size_t n = 0;
	while (n < left && (s[n] == ' ' || s[n] == '\t' || s[n] == '\r'))
		n++;
	return n < left && s[n] == '\n' ? n + 1 : 0;
}

void decode_quoted(struct buffer *out, const char *bytes, size_t length)
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

/* One encoded word: where its parts are. */
struct word {
	char charset[41];
	char encoding;
	const char *text;
	size_t text_length, length;
};

static bool read_word(const char *at, struct word *w)
{
	if (!text_starts(at, "=?"))
		return false;
	size_t n = strcspn(at + 2, "?* \t");
	if (n == 0 || n >= sizeof w->charset)
		return false;
	memcpy(w->charset, at + 2, n);
	w->charset[n] = '\0';
	const char *mark = strchr(at + 2 + n, '?');
	if (mark == NULL || mark[1] == '\0' || mark[2] != '?' ||
	    memchr(at, ' ', (size_t)(mark - at)) != NULL)
		return false;
	w->encoding = mark[1];
	w->text = mark + 3;
	/* A question mark may stand in the text of careless programs. */
	const char *end = compat_find(w->text, strnlen(w->text, WORD_LIMIT), "?=");
	if (end == NULL || strchr("BbQq", w->encoding) == NULL)
		return false;
	w->text_length = (size_t)(end - w->text);
	w->length = (size_t)(end - at) + 2;
	return true;
}

static void put_word(struct buffer *raw, const struct word *w)
{
	if (w->encoding == 'B' || w->encoding == 'b') {
		decode_base64(raw, w->text, w->text_length);
		return;
	}
	char *copy = mem_copy_n(w->text, w->text_length);
	for (char *at = copy; *at != '\0'; at++) {
		if (*at == '_')
			*at = ' ';
	}
	decode_quoted(raw, copy, strlen(copy));
	mem_free(&copy);
}

/* Neighbours of one charset are decoded together: some programs cut characters in two. */
static const char *take_words(struct buffer *out, const char *at, struct word *w)
{
	struct buffer raw = {0};
	char charset[sizeof w->charset];
	const char *next = at;
	memcpy(charset, w->charset, sizeof charset);
	while (read_word(next, w) && text_equal_ci(w->charset, charset)) {
		put_word(&raw, w);
		at = next + w->length;
		next = at + strspn(at, " \t\r\n");
	}
	charset_to_utf8(out, charset, raw.length > 0 ? raw.data : "", raw.length);
	buffer_free(&raw);
	/* Blanks between encoded words are not text. */
	return read_word(next, w) ? next : at;
}

void decode_words(struct buffer *out, const char *value)
{
	struct buffer plain = {0};
	struct word w;
	while (*value != '\0') {
		if (!read_word(value, &w)) {
			buffer_add(&plain, value++, 1);
			if (*value != '\0' && *value != '=')
				continue;
			if (*value == '=' && !read_word(value, &w))
				continue;
		}
		if (plain.length > 0) {
			const char *charset =
			    charset_is_iso2022jp(plain.data, plain.length) ? "ISO-2022-JP" : NULL;
			charset_to_utf8(out, charset, plain.data, plain.length);
			plain.length = 0;
		}
		if (*value != '\0')
			value = take_words(out, value, &w);
	}
	buffer_free(&plain);
}
