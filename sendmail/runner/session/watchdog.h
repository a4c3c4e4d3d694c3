/* The watchdog of the relays.  Each says every few seconds that it is there (jobs/jobs.h: alive):
   one that says nothing for some time hangs, whatever stopped it, and is ended; one that does not
   go by itself is killed, and the runner never waits for any. */
#ifndef RUNNER_SESSION_WATCHDOG_H
#define RUNNER_SESSION_WATCHDOG_H
#include "runner/queue/runner.h"

/* Ends what hangs; call it at each turn. */
void watchdog_look(struct runner *r);

/* Takes out and ends (worker_end) the workers whose process is gone, or that cannot be got rid
   of. */
void watchdog_end_workers(struct runner *r);
#endif
