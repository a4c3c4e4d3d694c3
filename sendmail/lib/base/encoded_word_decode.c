/* Encoded words read back (RFC 2047 6). */
#include "base/base64.h"
#include "base/charset.h"
#include "base/compat.h"
#include "base/quoted_printable.h"
#include "base/text.h"
#include "base/encoded_word.h"
#include <string.h>

#define WORD_LIMIT 1000 /* of an encoded word; RFC 2047 allows 75 */

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
	/* A question mark may be in the text of careless programs. */
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
		base64_decode_mail(raw, w->text, w->text_length);
		return;
	}
	char *copy = mem_copy_n(w->text, w->text_length);
	for (char *at = copy; *at != '\0'; at++) {
		if (*at == '_')
			*at = ' ';
	}
	quoted_printable_decode(raw, copy, strlen(copy));
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

/* Text that is no encoded word: what is neither ISO-2022-JP nor UTF-8 is read as charset. */
static void put_raw(struct buffer *out, const struct buffer *raw, const char *charset)
{
	const char *from = charset_is_iso2022jp(raw->data, raw->length) ? "ISO-2022-JP"
	                   : charset_is_utf8(raw->data, raw->length)    ? NULL
	                                                                : charset;
	charset_to_utf8(out, from, raw->data, raw->length);
}

void encoded_word_decode(struct buffer *out, const char *value, const char *charset)
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
			put_raw(out, &plain, charset);
			plain.length = 0;
		}
		if (*value != '\0')
			value = take_words(out, value, &w);
	}
	buffer_free(&plain);
}
