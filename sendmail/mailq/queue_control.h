/* mailq cat, hold, release, retry, remove. */
#ifndef MAILQ_QUEUE_CONTROL_H
#define MAILQ_QUEUE_CONTROL_H
#include "mailq/list.h"
#include <stdio.h>

/* True when word is one of these verbs. */
bool queue_control_is_verb(const char *word);

/* Does it with every message that one of the patterns fits: the beginning of an identifier, from=,
   to= or key= with a value, a word that is looked for in all of these (wild cards as in
   fnmatch(3)), or "all".  One line for each message.  Returns a sysexits code. */
int queue_control_run(FILE *out, struct listing *l, const char *verb, char **patterns, int count);

/* purgestat: the runner forgets which servers failed, and asks them again.  Silent when nothing is
 * to be forgotten. */
int queue_control_forget(const struct listing *l);
#endif
