/* Does what the requests over mqueue/control (runner/listen/control_listen.h) ask for: hold,
   release, retry and remove a message, show it, forget the state of all servers. */
#ifndef RUNNER_DELIVERY_OPERATE_H
#define RUNNER_DELIVERY_OPERATE_H
#include "runner/queue/runner.h"

/* Obeys and answers all that came. */
void operate(struct runner *r);
#endif
