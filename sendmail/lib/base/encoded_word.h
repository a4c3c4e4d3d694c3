/* Encoded words (RFC 2047) for header text that is not ASCII. */
#ifndef BASE_ENCODED_WORD_H
#define BASE_ENCODED_WORD_H
#include "base/mem.h"
#include <stdbool.h>

/* Appends text as it may be in a header field: plain when it is printable ASCII, otherwise
   encoded words "=?UTF-8?B?...?=" of at most 75 bytes, cut between characters, joined by LF and a
   blank (folded).  column is where the text starts on its line. Bytes that are not UTF-8 are
   declared as ISO-8859-1.  Control bytes become blanks. */
void encoded_word_put(struct buffer *out, const char *text, size_t column);

/* The same for text in a charset, as a Content-Type names it; "" = not known.  Text that is UTF-8
 * all the same is labelled so. */
void encoded_word_put_charset(struct buffer *out, const char *text, size_t column,
    const char *charset);

/* Appends a field's value, of anybody, as people read it, in UTF-8: encoded words decoded, raw text
   that is neither UTF-8 nor ISO-2022-JP read as charset (NULL or "": as ISO-8859-1). */
void encoded_word_decode(struct buffer *out, const char *text, const char *charset);

/* Length of the encoded word (RFC 2047 2) that begins at bytes; 0 when there is none. */
size_t encoded_word_length(const char *bytes, size_t length);
#endif
