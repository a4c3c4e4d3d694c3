/* SMTP replies (RFC 5321 4.2), put together from bytes as they come. */
#ifndef SMTP_REPLY_H
#define SMTP_REPLY_H
#include "base/mem.h"
#include <stdbool.h>

#define REPLY_LINE_LIMIT_BYTES                                                                    \
	4096                            /* RFC 5321 says 512; servers write more. The rest is dropped \
	                                 */
#define REPLY_LINES_LIMIT 200       /* further lines are read, and not kept */
#define REPLY_LIMIT_BYTES (1 << 20) /* a longer one has no end */

struct reply {
	int code;           /* 200 to 599 */
	char status[16];    /* RFC 3463 status at the start of the text, "" when there is none */
	struct buffer text; /* lines joined by LF, without codes; status left in place */
	int lines;
	size_t bytes;  /* read so far */
	bool skipping; /* the rest of a line that is too long */
	bool last;     /* that line is the last one */
};

enum reply_result { REPLY_MORE, REPLY_WHOLE, REPLY_BAD, REPLY_ENDLESS };

/* Takes one whole reply from the front of input (complete lines only); call with the same *r until
   REPLY_WHOLE, then reply_clear. A bare LF ends a line too.  A reply is understood as far as it can
   be read: NUL bytes are left out, long lines are cut, and a line without a code within a reply is
   part of its text.  REPLY_BAD: not SMTP; problem says why (the first line has no code, or the
   lines have codes of different kinds).  REPLY_ENDLESS: more than REPLY_LIMIT_BYTES; *r has what it
   says so far. */
enum reply_result reply_take(struct reply *r, struct buffer *input, const char **problem);

/* No byte comes any more: true when what is there says what the server wanted, though its end is
   missing.  *r is that reply then. */
bool reply_salvage(struct reply *r, struct buffer *input);
void reply_clear(struct reply *r);

/* The text on one line (LF as a blank), cut to size; for logs: control bytes escaped. */
void reply_text(struct reply *r, char *text, size_t size);
#endif
