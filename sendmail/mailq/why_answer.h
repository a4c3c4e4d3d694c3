/* The answer to "why does it wait": what is wrong, what the server said, what to do; once for all
   recipients that have the same reason. */
#ifndef MAILQ_WHY_ANSWER_H
#define MAILQ_WHY_ANSWER_H
#include "mailq/list.h"
#include <stdio.h>

#define ANSWER_GROUPS_MAX 8
#define ANSWER_NAMED_MAX 3 /* recipients of a group that are named; the others are counted */

struct answer_group {
	struct diagnosis d; /* verdict none: not tried, text says why */
	int count;
	char *names[ANSWER_NAMED_MAX];
};

struct answer {
	struct answer_group groups[ANSWER_GROUPS_MAX];
	int count, left_out; /* recipients with other reasons */
};

/* One recipient more, with the reason why it waits. */
void answer_add(struct answer *a, const char *address, const struct diagnosis *d);

/* The answer about a message of the list. */
void answer_of(struct answer *a, const struct listing *l, const struct row *r);

/* Prints it: for each group its recipients (when there are several groups), meaning, reason,
   remedy. */
void answer_print(const struct answer *a, FILE *out, int width);
void answer_free(struct answer *a);

/* "label     words", broken at width. */
void answer_put(FILE *out, int width, const char *label, const char *words);
#endif
