/* Becoming the runner and ceasing to be it: rights, lock, background, pid file. */
#ifndef RUNNER_SERVICE_H
#define RUNNER_SERVICE_H
#include "runner/queue/runner.h"

/* Takes on the rights of the queue's owner, the lock and the trigger.  Returns a sysexits code;
   EX_OK with lock_fd -1: another runner runs and has done, or will do, the work.  once waits until
   that other runner has made its pass. */
int service_start(struct runner *r, bool foreground);

/* Before its end, so that no message is missed: from then on who submits one sees that no runner
   runs, and one more look into drop/ sees what was rung for until then.  service_listen takes it
   back, for a runner that saw something; a look must follow that, too. */
void service_hang_up(struct runner *r);
void service_listen(struct runner *r);

/* The queue run is over: lets whoever asked for it know. */
void service_pass_done(struct runner *r);

void service_end(struct runner *r);
#endif
