/* Encoded words read back (RFC 2047 6). */
#include "base/words.h"
#include "base/base64.h"
#include "base/text.h"
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t words_encoded_length(const char *bytes, size_t length)
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

/* Bytes of a charset as UTF-8; false when iconv(3) does not know it, or they are none of it. */
static bool put_converted(struct buffer *out, const char *charset, const char *bytes, size_t length)
{
	char space[2048], *in = (char *)(uintptr_t)bytes, *to = space;
	size_t left = length, room = sizeof space;
	iconv_t cd = iconv_open("UTF-8", charset);
	if (cd == (iconv_t)-1)
		return false;
	bool good = iconv(cd, &in, &left, &to, &room) != (size_t)-1 &&
	            iconv(cd, NULL, NULL, &to, &room) != (size_t)-1;
	iconv_close(cd);
	if (good)
		buffer_add(out, space, sizeof space - room);
	return good;
}

static void put_quoted(struct buffer *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char hex[3] = "", c = text[i] == '_' ? ' ' : text[i], *end;
		if (c == '=' && i + 2 < length) {
			memcpy(hex, text + i + 1, 2);
			long value = strtol(hex, &end, 16);
			if (end == hex + 2 && value > 0) {
				c = (char)value;
				i += 2;
			}
		}
		buffer_add(out, &c, 1);
	}
}

/* The word at text: its length, 0 when there is none or it cannot be read. */
static size_t put_word(struct buffer *out, const char *text)
{
	char charset[40];
	size_t n = text_starts(text, "=?") ? strcspn(text + 2, "?* ") : 0;
	const char *mark = text + 2 + n + (n > 0 ? strcspn(text + 2 + n, "? ") : 0),
	           *end = n > 0 ? strstr(mark, "?=") : NULL;
	if (n == 0 || n >= sizeof charset || *mark != '?' || mark[1] == '\0' || mark[2] != '?')
		return 0;
	if (end == mark + 2) /* an empty word, or a '=' behind the last '?' */
		end = strstr(mark + 3, "?=");
	if (end == NULL || memchr(mark, ' ', (size_t)(end - mark)) != NULL)
		return 0;
	memcpy(charset, text + 2, n);
	charset[n] = '\0';
	struct buffer plain = {0};
	bool good = mark[1] == 'b' || mark[1] == 'B'
	                ? base64_decode(&plain, mark + 3, (size_t)(end - mark) - 3)
	                : mark[1] == 'q' || mark[1] == 'Q';
	if (mark[1] == 'q' || mark[1] == 'Q')
		put_quoted(&plain, mark + 3, (size_t)(end - mark) - 3);
	bool utf8 =
	    text_equal_ci(charset, "utf-8") && words_is_utf8(buffer_string(&plain), plain.length);
	if (good && utf8)
		buffer_add(out, plain.data, plain.length);
	else if (good)
		good = put_converted(out, charset, buffer_string(&plain), plain.length);
	buffer_free(&plain);
	return good ? (size_t)(end + 2 - text) : 0;
}

void words_decode(struct buffer *out, const char *text, const char *charset)
{
	bool foreign = !words_is_utf8(text, strlen(text)) || strchr(text, 0x1b) != NULL;
	if (foreign && *charset != '\0' && put_converted(out, charset, text, strlen(text)))
		return;
	while (*text != '\0') {
		size_t n = put_word(out, text);
		if (n == 0) {
			buffer_add(out, text++, 1);
			continue;
		}
		text += n;
		/* Blanks between two encoded words are not shown. */
		size_t blank = strspn(text, " \t");
		struct buffer next = {0};
		if (blank > 0 && put_word(&next, text + blank) > 0)
			text += blank;
		buffer_free(&next);
	}
}
