/* Encoded words: base64, because it is as long for every script and never ambiguous in a phrase. */
#include "base/encoded_word.h"
#include "base/base64.h"
#include "base/charset.h"
#include "base/multibyte.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

#define WORD_BYTES 45 /* of text: 60 characters of base64, 72 with "=?UTF-8?B?" and "?=" */

static bool is_plain(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			return false;
	}
	return true;
}

/* How a text is written: its label, and how its characters are cut. */
struct writing {
	const char *label;
	enum multibyte kind;
	bool utf8;
	size_t spare; /* bytes less of text for a long label */
};

static bool is_label(const char *charset)
{
	size_t n =
	    strspn(charset, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:+");
	return n > 0 && n <= 30 && charset[n] == '\0';
}

/* UTF-8 that is well-formed is hardly ever anything else, but for short text in an EUC charset that
 * says so. */
static struct writing choose(const char *text, size_t length, const char *charset)
{
	enum multibyte kind = multibyte_of(charset);
	bool escapes = strchr(text, 0x1b) != NULL;
	bool ascii = text_equal_ci(charset, "us-ascii") || text_starts_ci(charset, "utf-8");
	if (escapes && (kind == MULTIBYTE_ISO2022 || strstr(text, "\x1b$") != NULL))
		return (struct writing){kind == MULTIBYTE_ISO2022 ? charset : "ISO-2022-JP",
		    MULTIBYTE_ISO2022, false, 0};
	if (is_label(charset) && multibyte_fits(kind, text, length))
		return (struct writing){charset, kind, false, 0};
	if (charset_is_utf8(text, length))
		return (struct writing){"UTF-8", MULTIBYTE_NONE, true, 0};
	if (is_label(charset) && !ascii && kind != MULTIBYTE_ISO2022)
		return (struct writing){charset, kind, false, 0};
	return (struct writing){"ISO-8859-1", MULTIBYTE_NONE, false, 0};
}

static void put_word(struct buffer *out, const struct writing *w, const struct buffer *word,
    bool first)
{
	buffer_printf(out, "%s=?%s?B?", first ? "" : "\n ", w->label);
	base64_encode(out, word->data, word->length);
	buffer_puts(out, "?=");
}

/* Each word begins and ends in ASCII (RFC 1468, RFC 2047 3): the escape sequence in effect is
 * closed and opened again. */
static void put_iso2022(struct buffer *out, const struct writing *w, const char *text, size_t left,
    size_t limit)
{
	struct buffer word = {0};
	char escape[8] = "";
	bool first = true;
	while (left > 0) {
		size_t n = multibyte_escape(text, left), close = *escape != '\0' ? 3 : 0;
		if (n > 0 && n < sizeof escape) {
			bool two = text[1] == '$';
			snprintf(escape, sizeof escape, "%.*s", two ? (int)n : 0, text);
		} else {
			n = *escape != '\0' && left > 1 ? 2 : 1;
		}
		if (word.length > 0 && word.length + n + close > limit) {
			if (close > 0)
				buffer_puts(&word, "\x1b(B");
			put_word(out, w, &word, first);
			first = false;
			limit = WORD_BYTES - w->spare;
			word.length = 0;
			if (multibyte_escape(text, left) == 0)
				buffer_puts(&word, escape);
		}
		buffer_add(&word, text, n);
		text += n;
		left -= n;
	}
	if (*escape != '\0')
		buffer_puts(&word, "\x1b(B");
	put_word(out, w, &word, first);
	buffer_free(&word);
}

/* Bytes of the next word: whole characters only. */
static size_t take(const char *text, size_t left, size_t limit, const struct writing *w)
{
	size_t n = 0;
	while (n < left) {
		size_t step = w->utf8 ? charset_utf8_length(text + n, left - n)
		                      : multibyte_step(w->kind, text + n, left - n);
		if (n + step > limit)
			break;
		n += step;
	}
	return n;
}

static void put_plain(struct buffer *out, const struct writing *w, const char *text, size_t left,
    size_t limit)
{
	for (bool first = true; left > 0; limit = WORD_BYTES - w->spare, first = false) {
		size_t n = take(text, left, limit, w);
		struct buffer word = {0};
		buffer_add(&word, text, n);
		put_word(out, w, &word, first);
		buffer_free(&word);
		text += n;
		left -= n;
	}
}

/* UTF-8 that a program has cut in the middle of a character, or a few: U+FFFD in the place of what
   is left of them.  NULL for anything else: text in another charset has next to no whole
   characters. */
static char *mend_utf8(const char *text, size_t length)
{
	struct buffer out = {0};
	size_t whole = 0, broken = 0;
	for (size_t i = 0, n; i < length; i += n) {
		n = charset_utf8_length(text + i, length - i);
		whole += n > 1;
		if (n > 0) {
			buffer_add(&out, text + i, n);
			continue;
		}
		for (n = 1; i + n < length && ((unsigned char)text[i + n] & 0xc0) == 0x80;)
			n++;
		broken++;
		buffer_puts(&out, "\xef\xbf\xbd");
	}
	char *mended = broken > 0 && whole > broken ? mem_copy(buffer_string(&out)) : NULL;
	buffer_free(&out);
	return mended;
}

void encoded_word_put_charset(struct buffer *out, const char *text, size_t column,
    const char *charset)
{
	size_t left = strlen(text);
	if (is_plain(text)) {
		buffer_add(out, text, left);
		return;
	}
	struct writing w = choose(text, left, charset);
	bool unnamed =
	    *charset == '\0' || text_equal_ci(charset, "us-ascii") || text_starts_ci(charset, "utf-8");
	char *clean = unnamed && !w.utf8 && w.kind == MULTIBYTE_NONE ? mend_utf8(text, left) : NULL;
	if (clean != NULL) {
		left = strlen(clean);
		w = choose(clean, left, charset);
	} else {
		clean = mem_copy(text);
	}
	for (size_t i = 0; i < left; i++) {
		bool kept = w.kind == MULTIBYTE_ISO2022 && clean[i] == 0x1b;
		if (((unsigned char)clean[i] < 0x20 || clean[i] == 0x7f) && !kept)
			clean[i] = ' ';
	}
	/* The first word shares its line with the name of the field; a long label leaves less room. */
	size_t label = strlen(w.label);
	w.spare = label > 5 ? (label - 5 + 3) / 4 * 3 : 0;
	size_t limit = column < 36 ? (size_t)(78 - 17 - column) / 4 * 3 : 12;
	if (limit > WORD_BYTES - w.spare)
		limit = WORD_BYTES - w.spare;
	if (w.kind == MULTIBYTE_ISO2022)
		put_iso2022(out, &w, clean, left, limit);
	else
		put_plain(out, &w, clean, left, limit);
	mem_free(&clean);
}

void encoded_word_put(struct buffer *out, const char *text, size_t column)
{
	encoded_word_put_charset(out, text, column, "");
}

size_t encoded_word_length(const char *bytes, size_t length)
{
	size_t n = 2, marks = 0, encoding = 0;
	if (length < 9 || bytes[0] != '=' || bytes[1] != '?')
		return 0;
	for (; n < length && bytes[n] > ' ' && bytes[n] != 0x7f; n++) {
		if (bytes[n] != '?')
			continue;
		if (marks == 0)
			encoding = n + 1;
		if (marks == 1 && (n != encoding + 1 || strchr("bBqQ", bytes[encoding]) == NULL))
			return 0;
		if (marks == 2)
			return n + 1 < length && bytes[n + 1] == '=' && encoding > 3 ? n + 2 : 0;
		marks++;
	}
	return 0;
}
