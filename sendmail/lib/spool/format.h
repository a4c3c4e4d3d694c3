/* Which programs may run a queue.  mqueue/format holds one line, "firsthop-queue: N": what a runner
   of that format or a later one reads and writes.  A queue without it is one of the first release,
   which is format 1. */
#ifndef SPOOL_FORMAT_H
#define SPOOL_FORMAT_H
#include "diagnosis/diag.h"
#include <stdbool.h>

/* Counted up when programs that know less would harm the queue.  The installing scripts read this
 * line. */
#define FORMAT_KNOWN 1

/* Under the runner's lock.  False with the reason when a later version has written the queue; else
 * the note is there. */
bool format_accept(int mqueue_fd, struct diagnosis *why);
#endif
