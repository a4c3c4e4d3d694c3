/* What a runner does from its start to its end. */
#ifndef RUNNER_LOOP_H
#define RUNNER_LOOP_H
#include "runner/queue/runner.h"

/* Works until it is to end; a sysexits code. */
int loop_run(struct runner *r);
#endif
