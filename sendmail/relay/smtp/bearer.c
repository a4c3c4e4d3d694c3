/* Tokens. */
#include "relay/smtp/bearer.h"
#include "base/base64.h"
#include <string.h>

#define SEPARATOR "\001"
#define WHY_BYTES 200

/* RFC 5801 4: "=" and "," in a name of the header. */
static void put_name(struct buffer *out, const char *name)
{
	for (; *name != '\0'; name++) {
		if (*name == '=' || *name == ',')
			buffer_puts(out, *name == '=' ? "=3D" : "=2C");
		else
			buffer_add(out, name, 1);
	}
}

void bearer_first(bool standard, const char *login, const char *token, struct buffer *line)
{
	struct buffer words = {0};
	if (standard) {
		buffer_puts(&words, "n,a=");
		put_name(&words, login);
		buffer_puts(&words, "," SEPARATOR);
	} else {
		buffer_printf(&words, "user=%s" SEPARATOR, login);
	}
	buffer_printf(&words, "auth=Bearer %s" SEPARATOR SEPARATOR, token);
	base64_encode(line, words.data, words.length);
	buffer_wipe(&words);
}

void bearer_refused(bool standard, const struct buffer *json, struct text *words,
    struct buffer *line)
{
	size_t length = json->length < WHY_BYTES ? json->length : WHY_BYTES;
	if (length > 0)
		text_escape(words, json->data, length);
	if (standard)
		base64_encode(line, SEPARATOR, 1);
}
