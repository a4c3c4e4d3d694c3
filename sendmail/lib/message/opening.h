/* The opening of a message that comes in pieces: its header, and what came of the body with it.
   It is read before anything is stored, because the header decides. */
#ifndef MESSAGE_OPENING_H
#define MESSAGE_OPENING_H
#include "base/mem.h"
#include "diagnosis/diag.h"
#include <stdbool.h>

/* Appends the next bytes of the message to out, line ends made LF; *at_end when nothing comes
   after them. EX_OK, or a sysexits code with why. */
typedef int opening_source(void *context, struct buffer *out, bool *at_end, struct diagnosis *why);

struct opening {
	/* what was read and not written yet, and its parts: passed over, header fields, body */
	struct buffer text;
	size_t skip, fields, body_at;
	bool at_end;
	bool pass_blanks; /* the caller sets it: empty lines before the first field are none */
};

/* Reads until the header is whole; text, skip and fields then show it.  A sysexits code with why;
   EX_DATAERR when it is longer than 256 KiB. */
int opening_read(struct opening *o, opening_source *read, void *context, struct diagnosis *why);

/* Appends the header without Bcc, the blank line after it, and what there is of the body. */
void opening_put(const struct opening *o, struct buffer *out);
#endif
