/* SMTP replies (RFC 5321 4.2), put together from bytes as they come. */
#ifndef SMTP_REPLY_H
#define SMTP_REPLY_H
#include "base/mem.h"
#include <stdbool.h>

#define REPLY_LINE_LIMIT_BYTES 4096 /* RFC 5321 says 512; servers write more */
#define REPLY_LINES_LIMIT 200

struct reply {
	int code;           /* 200 to 599 */
	char status[16];    /* RFC 3463 status at the start of the text, "" when there is none */
	struct buffer text; /* lines joined by LF, without codes; status left in place */
	int lines;
};

enum reply_result { REPLY_MORE, REPLY_WHOLE, REPLY_BAD };

/* Takes one whole reply from the front of input (complete lines only); call with the same *r until
   REPLY_WHOLE, then reply_clear. A bare LF ends a line too.  REPLY_BAD: not SMTP; problem says why
   (code not three digits, codes differ between lines, line or reply too long, NUL byte). */
enum reply_result reply_take(struct reply *r, struct buffer *input, const char **problem);
void reply_clear(struct reply *r);

/* The text on one line (LF as a blank), cut to size; for logs: control bytes escaped. */
void reply_text(struct reply *r, char *text, size_t size);
#endif
