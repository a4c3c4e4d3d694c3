/* Standard input as it is stored: line ends made LF, the dot that ends input. */
#ifndef SUBMIT_STDIN_LINES_H
#define SUBMIT_STDIN_LINES_H
#include "base/mem.h"
#include <stdbool.h>

struct stdin_lines {
	bool ignore_dots;
	bool line_start; /* the next byte begins a line */
	bool held_dot;   /* a dot began the line, and what follows decides */
	size_t held_crs; /* CRs that belong to the line end if an LF follows */
	bool ended;      /* the lone dot was seen: nothing behind it counts */
};

void stdin_lines_start(struct stdin_lines *in, bool ignore_dots);

/* Appends the stored form of bytes to out.  CR LF (also CR CR LF) becomes LF; other CRs and NULs
 * are kept. */
void stdin_lines_put(struct stdin_lines *in, const char *bytes, size_t length, struct buffer *out);

/* What was held back at the end of input. */
void stdin_lines_finish(struct stdin_lines *in, struct buffer *out);
#endif
