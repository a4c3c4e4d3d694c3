/* Quoted-printable (RFC 2045 6.7), as bytes come; and base64 broken into short lines. */
#ifndef BASE_QUOTED_PRINTABLE_H
#define BASE_QUOTED_PRINTABLE_H
#include "base/mem.h"
#include <stdbool.h>

struct quoted_printable {
	size_t column;
	char blank; /* held back: at the end of a line it is encoded; 0 = none */
	bool exact; /* set by the caller: line ends are encoded, too, so that nobody gives lines another
	               end */
	size_t arrows, from; /* of ">>From " at the start of a line: bytes that are held back */
};

/* Encodes text with LF line ends.  The end of the text, too, is as it was: no line end is added. */
void quoted_printable_put(struct quoted_printable *q, const char *bytes, size_t length,
    struct buffer *out);
void quoted_printable_end(struct quoted_printable *q, struct buffer *out);

/* Text that is quoted-printable already, with lines that are too long or bytes that may not be
 * there. */
void quoted_printable_fix(struct quoted_printable *q, const char *bytes, size_t length,
    struct buffer *out);

/* Base64 text: what does not belong to it goes, lines are 76 characters long. */
void quoted_printable_wrap_base64(struct quoted_printable *q, const char *bytes, size_t length,
    struct buffer *out);

/* Appends what was encoded.  Nothing is refused: what is no code stays as it is.  Never longer than
   the input. */
void quoted_printable_decode(struct buffer *out, const char *bytes, size_t length);
#endif
