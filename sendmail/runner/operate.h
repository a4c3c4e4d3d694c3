/* Does what the requests over mqueue/control (runner/control.h) ask for: hold, release, retry and
   remove a message, show it, forget the state of all servers. */
#ifndef RUNNER_OPERATE_H
#define RUNNER_OPERATE_H
#include "runner/runner.h"

/* Obeys and answers all that came. */
void operate(struct runner *r);
#endif
