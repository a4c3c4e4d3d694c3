/* JSON (RFC 8259 7). */
#include "base/json.h"
#include "base/text.h"
#include "base/charset.h"
#include <string.h>

/* A control character beyond ASCII by its number; a byte that is no UTF-8 as the character of
 * Latin-1. */
static void put_control(FILE *out, const char *at, size_t bytes)
{
	const unsigned char *s = (const unsigned char *)at;
	unsigned point = bytes == 1   ? s[0]
	                 : bytes == 2 ? (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu)
	                              : (s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
	fprintf(out, "\\u%04x", point);
}

void json_string(FILE *out, const char *value)
{
	size_t left = strlen(value);
	bool utf8 = charset_is_utf8(value, left), control;
	fputc('"', out);
	for (size_t n; left > 0; value += n, left -= n) {
		n = text_character(value, left, &control);
		if (*value == '"' || *value == '\\') {
			fprintf(out, "\\%c", *value);
		} else if (control && (utf8 || n == 1)) {
			put_control(out, value, n);
		} else if ((unsigned char)*value >= 0x80 && !utf8) {
			n = 1;
			put_control(out, value, n);
		} else {
			fwrite(value, 1, n, out);
		}
	}
	fputc('"', out);
}

void json_pair(FILE *out, const char *key, const char *value)
{
	fprintf(out, ", \"%s\": ", key);
	json_string(out, value);
}

void json_number(FILE *out, const char *key, long long value)
{
	fprintf(out, ", \"%s\": %lld", key, value);
}
