/* The parts of a message (RFC 2045, 2046): a pure function over bytes, bounded in parts and depth,
 * for messages of anybody. */
#ifndef MAIL_MIMEPARSE_H
#define MAIL_MIMEPARSE_H
#include "base/mem.h"
#include <stdbool.h>

enum mime_transfer { TRANSFER_NONE, TRANSFER_BASE64, TRANSFER_QUOTED };

/* Pointers are into the bytes of the message. */
struct mime_part {
	const char *header, *body;
	size_t header_length, body_length;
	char type[80]; /* "text/plain", in small letters */
	char *charset; /* as it was declared, NULL = not */
	char *name;    /* of the file, UTF-8, NULL = none; anything may be in it */
	enum mime_transfer transfer;
	bool attachment; /* Content-Disposition says so */
	int parent;      /* place of the multipart or message around it, -1 for the first */
};
struct mime_parts {
	struct mime_part *items; /* in the order of the message; the first is the message itself */
	int count;
	bool cut; /* there were more parts, or deeper ones, than are looked at */
};

/* bytes: header and body, without a "From " line. */
void mimeparse(struct mime_parts *parts, const char *bytes, size_t length);
bool mimeparse_is_multipart(const struct mime_part *p);

/* Appends the body of a part with its transfer encoding taken off. */
void mimeparse_decode(struct buffer *out, const struct mime_part *p);
void mimeparse_free(struct mime_parts *parts);
#endif
