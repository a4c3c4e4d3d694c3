/* -q[!]I, R, S, Q: some messages of a listing, by a part of identifier, recipient or sender, or
 * those that are held. */
#ifndef MAILQ_SELECT_H
#define MAILQ_SELECT_H
#include "mailq/list.h"

/* True for a word of this form. */
bool select_is_choice(const char *word);

/* Leaves the rows for which every choice is true; '!' turns one round. */
void select_rows(struct listing *l, char *const *choices, int count);
#endif
