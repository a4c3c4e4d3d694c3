/* Recovery after a runner was killed.  Its sessions went on for a while (they hold the lock, so the
   next runner waits for them) and noted what they delivered in their ledgers
   (runner/session/sent_log.h); and a report may lie in the queue whose notes in the journals are
   missing.  Both are made good before anything is given away, so that a kill repeats neither mail
   nor report. */
#ifndef RUNNER_DELIVERY_RECOVER_H
#define RUNNER_DELIVERY_RECOVER_H
#include "runner/queue/runner.h"

/* Brings the journals up to date; false with errno when that has to wait.  What a journal has no
 * room for is kept (runner/queue/notes.h). */
bool recover_run(struct runner *r);
#endif
