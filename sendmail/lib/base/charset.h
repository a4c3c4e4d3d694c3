/* Character sets.  All text is UTF-8 inside; iconv(3) of libc knows the others. */
#ifndef BASE_CHARSET_H
#define BASE_CHARSET_H
#include "base/mem.h"
#include <stdbool.h>

/* Length of the well-formed UTF-8 character (RFC 3629 4) at the first of left > 0 bytes; 0 = none.
 */
size_t charset_utf8_length(const char *bytes, size_t left);

/* True if all the bytes are well-formed UTF-8. */
bool charset_is_utf8(const char *bytes, size_t length);

/* Appends bytes of a charset as UTF-8.  What is wrong in them becomes U+FFFD.  False when the
   charset is not known: then they are taken for UTF-8, or, if they are not that, for ISO-8859-1.
   charset may be any hostile string, or NULL (the same as not known). */
bool charset_to_utf8(struct buffer *out, const char *charset, const char *bytes, size_t length);

/* True for text that is ISO-2022-JP (RFC 1468): 7 bits, with escape sequences of that charset and
 * no others. */
bool charset_is_iso2022jp(const char *bytes, size_t length);

/* A copy of a header's text as UTF-8 (free it): ISO-2022-JP is recognised; what is neither that nor
   UTF-8 is read as charset, or, if that is NULL, left as it is. */
char *charset_header_text(const char *text, const char *charset);

/* Appends UTF-8 in a charset for a terminal; what it does not have becomes '?'.  A charset that is
 * not known, or NULL, leaves it as it is. */
void charset_from_utf8(struct buffer *out, const char *charset, const char *bytes, size_t length);

/* What a terminal of the user's locale shows (LC_ALL, LC_CTYPE, LANG); NULL for UTF-8, which is
 * also taken where no locale is set. */
const char *charset_of_terminal(void);

/* The charset of the user's locale for text that is not UTF-8: "iso-8859-1" when the locale names
 * none. */
const char *charset_of_locale(void);
#endif
