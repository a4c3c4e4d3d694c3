/* mqueue/runner.lock: one runner for a queue. */
#ifndef SPOOL_RUNNER_LOCK_H
#define SPOOL_RUNNER_LOCK_H

/* Locks it (mode 0640: mailq may ask whether it is locked): its descriptor, to be kept open, or -1
   with errno EWOULDBLOCK when a runner has it. */
int runner_lock_take(int mqueue_fd);
#endif
