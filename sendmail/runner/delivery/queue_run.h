/* A queue run (sendmail -q): everything is tried once, whatever its time. */
#ifndef RUNNER_DELIVERY_QUEUE_RUN_H
#define RUNNER_DELIVERY_QUEUE_RUN_H
#include "runner/queue/runner.h"

void queue_run_start(struct runner *r);
bool queue_run_over(const struct runner *r);
#endif
