/* One line in the log about the state (SIGUSR1, SIGINFO). */
#ifndef RUNNER_STATUS_H
#define RUNNER_STATUS_H
#include "runner/queue/runner.h"

void status_log(const struct runner *r);
#endif
