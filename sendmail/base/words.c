/* Encoded words: base64, because it is as long for every script and never ambiguous in a phrase. */
#include "base/words.h"
#include "base/base64.h"
#include <string.h>

#define WORD_BYTES 45 /* of text: 60 characters of base64, 72 with "=?UTF-8?B?" and "?=" */

/* Length of the UTF-8 sequence at s, 0 when it is not well-formed (RFC 3629 4). */
static size_t sequence(const unsigned char *s, size_t left)
{
	size_t n = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;
	if (n == 0 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

bool words_is_utf8(const char *bytes, size_t length)
{
	const unsigned char *s = (const unsigned char *)bytes;
	while (length > 0) {
		size_t n = sequence(s, length);
		if (n == 0)
			return false;
		s += n;
		length -= n;
	}
	return true;
}

static bool is_plain(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			return false;
	}
	return true;
}

/* Bytes of the next word: whole characters only. */
static size_t take(const char *text, size_t left, size_t limit, bool utf8)
{
	size_t n = 0;
	while (n < left) {
		size_t step = utf8 ? sequence((const unsigned char *)text + n, left - n) : 1;
		if (n + step > limit)
			break;
		n += step;
	}
	return n;
}

void words_put(struct buffer *out, const char *text, size_t column)
{
	size_t left = strlen(text);
	bool utf8 = words_is_utf8(text, left);
	if (is_plain(text)) {
		buffer_add(out, text, left);
		return;
	}
	char *clean = mem_copy(text);
	for (size_t i = 0; i < left; i++) {
		if ((unsigned char)clean[i] < 0x20 || clean[i] == 0x7f)
			clean[i] = ' ';
	}
	/* The first word shares its line with the name of the field. */
	size_t limit = column < 36 ? (size_t)(78 - 17 - column) / 4 * 3 : 12;
	if (limit > WORD_BYTES)
		limit = WORD_BYTES;
	for (const char *at = clean; left > 0; limit = WORD_BYTES) {
		size_t n = take(at, left, limit, utf8);
		buffer_puts(out, at == clean ? "" : "\n ");
		buffer_puts(out, utf8 ? "=?UTF-8?B?" : "=?ISO-8859-1?B?");
		base64_encode(out, at, n);
		buffer_puts(out, "?=");
		at += n;
		left -= n;
	}
	mem_free(&clean);
}
