/* smtpd beside the runner ([listen]): a process that serves its socket (SUBMIT_LISTEN_SMTPD), and
   smtpd itself, which under systemd is a unit of its own.  Both are started here, and started again
   when they end.  Nothing of this is there while [listen] names no place. */
#ifndef RUNNER_LISTEN_SMTPD_KEEPER_H
#define RUNNER_LISTEN_SMTPD_KEEPER_H
#include "runner/queue/runner.h"

/* Starts what the configuration wants, and ends it when it does not any more. */
void smtpd_keeper_look(struct runner *r);

/* When there is something to do by the clock (monotonic); INT64_MAX: nothing. */
int64_t smtpd_keeper_next_ms(const struct runner *r);

/* For a runner that ends: smtpd takes no more; true once what came is stored, or 10 s are over. */
bool smtpd_keeper_leave(struct runner *r);
void smtpd_keeper_end(struct runner *r);
#endif
