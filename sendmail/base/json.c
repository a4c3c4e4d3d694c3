/* JSON (RFC 8259 7). */
#include "base/json.h"
#include "base/words.h"
#include <string.h>

void json_string(FILE *out, const char *value)
{
	bool utf8 = words_is_utf8(value, strlen(value));
	fputc('"', out);
	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;
		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8))
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
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
