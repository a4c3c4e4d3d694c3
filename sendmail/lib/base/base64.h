/* Base64 (RFC 4648 section 4), as AUTH and MIME use it. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H
#include "base/mem.h"
#include <stdbool.h>
#include <stddef.h>

/* Appends the encoding of bytes, one line without breaks. */
void base64_encode(struct buffer *to, const void *bytes, size_t length);

/* Appends the decoded bytes of a string; false (and nothing usable) when it is not valid base64:
   no blanks, right padding only. */
bool base64_decode(struct buffer *to, const char *string, size_t length);

/* The same of a message that anybody wrote (RFC 2045 6.8): what does not belong to it, such as line
   breaks, is passed over, and what is cut off is left out. */
void base64_decode_mail(struct buffer *to, const char *bytes, size_t length);
#endif
