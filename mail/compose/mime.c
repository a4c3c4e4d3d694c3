/* Encoding bodies. */
#include "mail/compose/mime.h"
#include "base/base64.h"
#include "base/quoted_printable.h"
#include "base/text.h"
#include "base/encoded_word.h"
#include "base/charset.h"
#include <string.h>

#define LINE_LIMIT 900 /* of a text that goes as it is; 998 is SMTP's limit */
#define BASE64_LINE_BYTES 57

bool mime_may_be_encoded(const char *type)
{
	return type == NULL ||
	       (!text_starts_ci(type, "multipart/") && !text_starts_ci(type, "message/"));
}

enum mime_encoding mime_choose(const char *type, const char *bytes, size_t length)
{
	size_t odd = 0, width = 0, longest = 0;
	bool high = false, nul = length > 0 && memchr(bytes, '\0', length) != NULL;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];
		high = high || c >= 0x80;
		odd += c >= 0x7f || (c < 0x20 && c != '\n' && c != '\t');
		width = c == '\n' ? 0 : width + 1;
		longest = width > longest ? width : longest;
	}
	if (!mime_may_be_encoded(type))
		return high ? MIME_8BIT : MIME_7BIT;
	if (nul)
		return MIME_BASE64;
	if (charset_is_iso2022jp(bytes, length))
		return longest <= LINE_LIMIT ? MIME_7BIT : MIME_BASE64;
	if (odd == 0 && longest <= LINE_LIMIT)
		return MIME_7BIT;
	return odd > length / 4 ? MIME_BASE64 : MIME_QUOTED;
}

const char *mime_charset(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)bytes[i] >= 0x80)
			return charset_is_utf8(bytes, length) ? "utf-8" : charset_of_locale();
	}
	return charset_is_iso2022jp(bytes, length) ? "iso-2022-jp" : "us-ascii";
}

const char *mime_encoding_name(enum mime_encoding e)
{
	static const char *const names[] = {"7bit", "8bit", "quoted-printable", "base64",
	    "quoted-printable"};
	return names[e];
}

void mime_put_fields(struct buffer *out, const char *type, const char *given, const char *bytes,
    size_t length, enum mime_encoding e)
{
	const char *charset = mime_charset(bytes, length);
	if (given != NULL && strcmp(charset, "us-ascii") != 0)
		charset = given;
	if (type == NULL && length > 0 && memchr(bytes, '\0', length) != NULL)
		buffer_puts(out,
		    "Content-Type: application/octet-stream\nContent-Disposition: attachment\n");
	else if (type == NULL)
		buffer_printf(out, "Content-Type: text/plain; charset=%s\n", charset);
	else if (text_starts_ci(type, "text/") && text_find_ci(type, "charset") == NULL &&
	         strcmp(charset, "us-ascii") != 0)
		buffer_printf(out, "Content-Type: %s; charset=%s\n", type, charset);
	else
		buffer_printf(out, "Content-Type: %s\n", type);
	buffer_printf(out, "Content-Transfer-Encoding: %s\n", mime_encoding_name(e));
}

static void put_base64(struct buffer *out, const char *bytes, size_t length)
{
	for (size_t at = 0; at < length; at += BASE64_LINE_BYTES) {
		buffer_puts(out, at > 0 ? "\n" : "");
		base64_encode(out, bytes + at,
		    length - at < BASE64_LINE_BYTES ? length - at : BASE64_LINE_BYTES);
	}
}

void mime_put_body(struct buffer *out, const char *bytes, size_t length, enum mime_encoding e)
{
	struct quoted_printable q = {.exact = e == MIME_EXACT};
	if (e == MIME_BASE64) {
		put_base64(out, bytes, length);
	} else if (e == MIME_QUOTED || e == MIME_EXACT) {
		quoted_printable_put(&q, bytes, length, out);
		quoted_printable_end(&q, out);
	} else {
		buffer_add(out, bytes, length);
	}
}

size_t mime_line_ends(char *bytes, size_t length)
{
	size_t kept = 0;
	if (length == 0 || memchr(bytes, '\0', length) != NULL)
		return length;
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] != '\r' || i + 1 == length || bytes[i + 1] != '\n')
			bytes[kept++] = bytes[i];
	}
	return kept;
}
