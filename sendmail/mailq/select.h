/* -q[!]I, R, S, Q: some messages of a listing, by a part of identifier, recipient or sender, or
 * those that are held. */
#ifndef MAILQ_SELECT_H
#define MAILQ_SELECT_H
#include "mailq/list.h"

/* True for a word of this form. */
bool select_is_choice(const char *word);

/* True when every choice is true of a message; '!' turns one round. */
bool select_fits(const struct row *r, char *const *choices, int count);
#endif
