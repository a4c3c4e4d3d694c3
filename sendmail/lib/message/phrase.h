/* Display names and comments as RFC 5322 3.2.5, 3.2.2 and RFC 2047 5 want them: ASCII, quoted where
 * they have to be. */
#ifndef MESSAGE_PHRASE_H
#define MESSAGE_PHRASE_H
#include "base/mem.h"
#include <stdbool.h>

/* Appends a display name, given without quotes: its words as they are, a quoted string, or encoded
   words; those that are encoded already stay. column: where it begins on its line; charset: of
   8-bit text, "" = not known (base/encoded_word.h). */
void phrase_put(struct buffer *out, const char *name, size_t column, const char *charset);

/* Appends "(text)". */
void phrase_put_comment(struct buffer *out, const char *text, const char *charset);
#endif
