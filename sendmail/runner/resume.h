/* The end of a life that was killed.  Its sessions went on for a while (they hold the lock, so the
   next runner waits for them) and noted what they delivered in their ledgers (runner/ledgers.h);
   and a report may lie in the queue whose notes in the journals are missing.  Both are made good
   before anything is given away, so that a kill repeats neither mail nor report. */
#ifndef RUNNER_RESUME_H
#define RUNNER_RESUME_H
#include "runner/runner.h"

/* Brings the journals up to date; false with errno when that has to wait.  What a journal has no
 * room for is kept (runner/notes.h). */
bool resume_life(struct runner *r);
#endif
