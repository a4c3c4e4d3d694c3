/* What is said of a pattern that no message fits. */
#ifndef MAILQ_PATTERN_H
#define MAILQ_PATTERN_H
#include <stdbool.h>

/* Says so on standard error, with the word that was probably meant; in_log: in the mail log, else
   in the queue.  EX_DATAERR. */
int pattern_fits_nothing(const char *pattern, bool in_log);
#endif
