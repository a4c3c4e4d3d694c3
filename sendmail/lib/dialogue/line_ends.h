/* Standard input as it is stored: line ends made LF, the dot that ends input. */
#ifndef DIALOGUE_LINE_ENDS_H
#define DIALOGUE_LINE_ENDS_H
#include "base/mem.h"
#include <stdbool.h>

struct line_ends {
	bool ignore_dots;
	bool line_start; /* the next byte begins a line */
	bool held_dot;   /* a dot began the line, and what follows decides */
	size_t held_crs; /* CRs that belong to the line end if an LF follows */
	bool ended;      /* the lone dot was seen: nothing after it counts */
};

void line_ends_start(struct line_ends *in, bool ignore_dots);

/* Appends the stored form of bytes to out.  CR LF (also CR CR LF) becomes LF; other CRs and NULs
 * are kept. */
void line_ends_put(struct line_ends *in, const char *bytes, size_t length, struct buffer *out);

/* What was held back at the end of input. */
void line_ends_finish(struct line_ends *in, struct buffer *out);
#endif
