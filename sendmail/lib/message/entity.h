/* What the header of a message, or of a part of one, says about the body after it (RFC 2045,
 * 2046). */
#ifndef MESSAGE_ENTITY_H
#define MESSAGE_ENTITY_H
#include <stdbool.h>
#include <stddef.h>

enum entity_kind {
	ENTITY_TEXT, /* bytes of its own, not encoded: text/anything, application/anything */
	ENTITY_BASE64,
	ENTITY_QUOTED,    /* quoted-printable */
	ENTITY_MULTIPART, /* boundary is set */
	ENTITY_MESSAGE,   /* message/rfc822 */
	ENTITY_SEALED /* signed, encrypted, other messages, private encodings (x-...): not a byte of it
	                 may change */
};

struct entity {
	enum entity_kind kind;
	char boundary[72]; /* of a multipart */
	bool has_type, has_encoding, has_mime;
	bool is_text; /* text/..., also without a Content-Type */
	bool has_charset;
	char charset[80];  /* "" when there is none */
	bool odd_encoding; /* Content-Transfer-Encoding has a word that is none, such as "7-bit": the
	                      body is taken as it is, and the field is put right */
	bool says_8bit;    /* Content-Transfer-Encoding: 8bit or binary */
	char type[200];    /* Content-Type as written, on one line; "" when it is absent or longer */
};

/* Reads a header block. */
void entity_read(struct entity *e, const char *block, size_t length);
#endif
