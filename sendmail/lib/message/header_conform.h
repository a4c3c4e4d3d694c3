/* Header fields made legal without a change of meaning (RFC 5322 2.1.1, 2.2; RFC 2047; RFC 2231):
   raw 8-bit text becomes encoded words, lines over 998 bytes are folded, NUL goes, a bare CR is a
   blank.  Fields that are legal come out byte by byte. */
#ifndef MESSAGE_HEADER_CONFORM_H
#define MESSAGE_HEADER_CONFORM_H
#include "base/header.h"

/* Appends a field that holds no addresses.  charset: of its 8-bit text, as the Content-Type names
 * it; "" = not known (base/encoded_word.h). */
void header_conform_put(const struct header_field *f, const char *charset, struct buffer *out);

/* Folds the field that begins at offset from of out and reaches to its end: lines over 998 bytes;
 * with tidy, lines over 78. */
void header_conform_fold(struct buffer *out, size_t from, bool tidy);
#endif
