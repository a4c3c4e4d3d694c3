/* The clock: looked at when a runner starts, and whenever something is done.  A jump is logged and
   changes nothing else. */
#ifndef RUNNER_DELIVERY_MAILCLOCK_H
#define RUNNER_DELIVERY_MAILCLOCK_H
#include "runner/queue/runner.h"

void mailclock_start(struct runner *r);
void mailclock_watch(struct runner *r);
#endif
