/* The story of a message in words: the lines of its journal, one attempt after the other. */
#ifndef MAILQ_TALE_H
#define MAILQ_TALE_H
#include "spool/story.h"
#include <stdio.h>

enum tale_form {
	TALE_LIVE,  /* each line at once, as it comes */
	TALE_FOLDED /* attempts that are equal to the one before are counted, recipients with the same
	               outcome are one line */
};

/* width: columns of the screen; 0 = lines are not broken. */
struct tale *tale_begin(FILE *out, int width, enum tale_form form);
void tale_line(struct tale *t, const struct story_line *line);

/* Writes what was held back; frees t. */
void tale_end(struct tale *t);
#endif
