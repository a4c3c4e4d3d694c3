/* Base64 (RFC 4648 section 4), as AUTH and MIME use it. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H
#include "base/mem.h"
#include <stdbool.h>
#include <stddef.h>

/* Appends the encoding of bytes, one line without breaks. */
void base64_encode(struct buffer *to, const void *bytes, size_t length);

/* Appends the decoded bytes of a string; false (and nothing usable) when it is not valid base64. */
bool base64_decode(struct buffer *to, const char *string, size_t length);
#endif
