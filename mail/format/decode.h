/* Decoding what other programs have encoded: pure functions over bytes, for input of anybody.
   Nothing is ever refused: what is wrong is passed over. */
#ifndef MAIL_DECODE_H
#define MAIL_DECODE_H
#include "base/mem.h"

/* Base64 with line breaks and rubbish in it (RFC 2045 6.8); quoted-printable (6.7). */
void decode_base64(struct buffer *out, const char *bytes, size_t length);
void decode_quoted(struct buffer *out, const char *bytes, size_t length);

/* Appends a field's value as UTF-8: encoded words (RFC 2047) decoded, raw bytes guessed. */
void decode_words(struct buffer *out, const char *value);
#endif
