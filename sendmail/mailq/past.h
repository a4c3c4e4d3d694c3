/* What became of mail that has left the queue, from the mail log. */
#ifndef MAILQ_PAST_H
#define MAILQ_PAST_H
#include <stdbool.h>

/* mailq log: the stories of all messages that a pattern fits: a beginning of an identifier, from=,
   to=, key= or status= with a value (wild cards as in fnmatch(3)), words that a line has, or all.
   days: how far back (0: all).  A sysexits code: EX_DATAERR when no message fits. */
int past_print(const char *file, int days, char *const *patterns, int count);

/* mailq day: deliveries of each hour of a day ("today", "yesterday", YYYY-MM-DD), or (NULL) of the
   last 24 hours, by verdict, with bars. */
int past_day(const char *file, const char *day);
#endif
