/* Content-Type and Content-Transfer-Encoding. */
#include "message/entity.h"
#include "base/text.h"
#include "base/header.h"
#include <stdlib.h>
#include <string.h>

/* The value of a parameter; false when it is not there, empty, or does not fit. */
static bool parameter(const char *value, const char *name, char *to, size_t size)
{
	struct buffer found = {0};
	*to = '\0';
	bool good = header_parameter(&found, value, name) && found.length > 0 && found.length < size;
	if (good)
		text_copy(to, size, buffer_string(&found));
	buffer_free(&found);
	return good;
}

static void read_type(struct entity *e, const char *value)
{
	e->has_type = true;
	text_copy(e->type, sizeof e->type, value);
	if (strlen(value) >= sizeof e->type)
		e->type[0] = '\0';
	e->is_text = text_starts_ci(value, "text/");
	e->has_charset = parameter(value, "charset", e->charset, sizeof e->charset);
	if (text_starts_ci(value, "multipart/signed") || text_starts_ci(value, "multipart/encrypted"))
		e->kind = ENTITY_SEALED;
	else if (text_starts_ci(value, "multipart/"))
		e->kind = parameter(value, "boundary", e->boundary, sizeof e->boundary) ? ENTITY_MULTIPART
		                                                                        : ENTITY_SEALED;
	else if (text_starts_ci(value, "message/rfc822"))
		e->kind = ENTITY_MESSAGE;
	else if (text_starts_ci(value, "message/"))
		e->kind = ENTITY_SEALED;
}

/* A multipart or message that claims to be encoded as a whole is against RFC 2045 6.4: nobody knows
 * what is meant. */
static void read_encoding(struct entity *e, const char *value)
{
	static const char *const plain[] = {"7bit", "8bit", "binary", NULL};
	char word[40];
	bool leaf = e->kind == ENTITY_TEXT;
	size_t n = strcspn(value, " \t;(");
	e->has_encoding = true;
	text_copy(word, sizeof word, value);
	if (n < sizeof word)
		word[n] = '\0';
	e->says_8bit = text_equal_ci(word, "8bit") || text_equal_ci(word, "binary");
	for (int i = 0; plain[i] != NULL; i++) {
		if (text_equal_ci(word, plain[i]))
			return;
	}
	if (leaf && text_equal_ci(word, "base64"))
		e->kind = ENTITY_BASE64;
	else if (leaf && text_equal_ci(word, "quoted-printable"))
		e->kind = ENTITY_QUOTED;
	else if (leaf && n > 0 && !text_starts_ci(word, "x-"))
		e->odd_encoding = true;
	else if (n > 0)
		e->kind = ENTITY_SEALED;
}

void entity_read(struct entity *e, const char *block, size_t length)
{
	struct header_field f;
	*e = (struct entity){.kind = ENTITY_TEXT, .is_text = true};
	e->has_mime = header_find(block, length, "MIME-Version", &f);
	if (header_find(block, length, "Content-Type", &f)) {
		char *value = header_value(&f);
		read_type(e, value);
		free(value);
	}
	if (header_find(block, length, "Content-Transfer-Encoding", &f)) {
		char *value = header_value(&f);
		read_encoding(e, value);
		free(value);
	}
}
