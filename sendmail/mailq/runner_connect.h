/* The runner's control socket (mqueue/control). */
#ifndef MAILQ_RUNNER_CONNECT_H
#define MAILQ_RUNNER_CONNECT_H
#include <stdbool.h>

/* A connection to the runner's control socket, -1 when there is none or no right to it.  patient:
   waits while others ask; otherwise -1 then, and the descriptor does not block. */
int runner_connect(bool patient);
#endif
