/* mailq why: the whole story of one message. */
#ifndef MAILQ_WHY_H
#define MAILQ_WHY_H
#include "mailq/list.h"
#include <stdio.h>

/* Prints envelope, every attempt with its steps and outcomes, what the last ones mean, what to do,
   and when the next attempt comes. id: a whole identifier, or its beginning if only one message
   begins so.  Returns a sysexits code; messages go to standard error. */
int why_print(FILE *out, const struct listing *l, const char *id);

/* The same told line by line, as the lines of the journal come. */
struct story;
struct story *why_begin(FILE *out);
void why_line(struct story *s, char *line);

/* What the last outcomes mean, and what to do; frees s. */
void why_end(struct story *s);
#endif
