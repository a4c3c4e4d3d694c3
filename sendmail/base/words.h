/* Encoded words (RFC 2047) for header text that is not ASCII. */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H
#include "base/mem.h"
#include <stdbool.h>

/* Appends text as it may stand in a header field: plain when it is printable ASCII, otherwise encoded words "=?UTF-8?B?...?=" of at
   most 75 bytes, cut between characters, joined by LF and a blank (folded).  column is where the text starts on its line.
   Bytes that are not UTF-8 are declared as ISO-8859-1.  Control bytes become blanks. */
void words_put(struct buffer *out, const char *text, size_t column);

/* True if the bytes are well-formed UTF-8 (RFC 3629). */
bool words_is_utf8(const char *bytes, size_t length);
#endif
