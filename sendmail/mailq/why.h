/* mailq why: the whole story of one message. */
#ifndef MAILQ_WHY_H
#define MAILQ_WHY_H
#include "mailq/list.h"
#include <stdio.h>

/* Prints the answer (what is wrong, what to do, when it is tried next), then the envelope and the
   attempts; full: each with all its lines, else equal ones are counted.  id: a whole identifier, or
   its beginning if only one message begins so.  Lines are broken for the terminal on standard
   output; without one they are not.  Returns a sysexits code; messages go to standard error. */
int why_print(FILE *out, struct listing *l, const char *id, bool full);

/* The same line by line, as the lines of the journal come. */
struct story;
struct story *why_begin(FILE *out);
void why_line(struct story *s, char *line);

/* What the last outcomes mean, and what to do; frees s. */
void why_end(struct story *s);
#endif
