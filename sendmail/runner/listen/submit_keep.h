/* A socket for submissions in a process of its own: who calls there waits for nothing else that the
   runner does. */
#ifndef RUNNER_LISTEN_SUBMIT_KEEP_H
#define RUNNER_LISTEN_SUBMIT_KEEP_H
#include "runner/listen/submit_listen.h"

/* In a child of the runner: makes the socket and serves it until the other end of life_fd is
   closed, or the folder drop/ is another one.  Does not come back. */
_Noreturn void submit_keep_run(const struct queue *q, enum submit_listen_door door, int life_fd);
#endif
