/* The word that was probably meant. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H
#include "base/text.h"

/* The candidate that the fewest slips of the finger (a letter left out, added, another, two that
   changed places) make of word, or that begins with it; NULL when none is near.  next(context, i):
   candidate i, valid until the end; NULL after the last. */
const char *nearest_word(const char *word, const char *(*next)(const void *context, int i),
    const void *context);

/* The same of an array that ends with NULL. */
const char *nearest_of(const char *word, const char *const *words);

/* Adds "; did you mean NEAR?" to a message; nothing when near is NULL or "". */
void nearest_ask(struct text *message, const char *near);
#endif
