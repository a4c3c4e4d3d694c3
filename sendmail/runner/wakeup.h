/* When the runner has something to do. */
#ifndef RUNNER_WAKEUP_H
#define RUNNER_WAKEUP_H
#include "runner/queue/runner.h"

/* Milliseconds until something has to be done, -1 = nothing. */
int64_t wakeup_next_ms(const struct runner *r);
#endif
