/* "sendmail -q" on a terminal: how many messages of the queue are left while it waits. */
#ifndef SUBMIT_PROGRESS_H
#define SUBMIT_PROGRESS_H
#include <sys/types.h>

/* Waits for the process that runs the queue and shows on standard error, in one line, what is left;
   when it is over, the line is replaced by a sentence.  Its exit code. */
int progress_wait(pid_t child);
#endif
