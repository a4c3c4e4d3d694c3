/* Header fields of messages of anybody: pure functions over bytes. */
#ifndef MAIL_FIELD_H
#define MAIL_FIELD_H
#include "base/mem.h"
#include <stdbool.h>

/* Appends the value of the first field of this name, unfolded and trimmed, its bytes as they are
   (NUL is left out).  False when there is none. */
bool field_find(struct buffer *out, const char *header, size_t length, const char *name);

/* The same decoded to UTF-8, as one line; an allocated string, "" when there is none. */
char *field_text(const char *header, size_t length, const char *name);

/* Appends a parameter of a structured value, such as boundary of a Content-Type, as UTF-8: quoted,
   in pieces and with charset (RFC 2231), or as an encoded word.  False when it is not there. */
bool field_parameter(struct buffer *out, const char *value, const char *name);

/* Length of a header with the empty line that ends it; all, when there is no empty line. */
size_t field_header_length(const char *bytes, size_t length);
#endif
