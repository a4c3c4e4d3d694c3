/* smtpd beside the runner ([listen]): its socket, by which it hands over mail, and its process,
   which is started, and started again, here; but not under systemd, where it is a unit of its own.
   Nothing of this is there while [listen] names no place. */
#ifndef RUNNER_LISTEN_SMTPD_KEEPER_H
#define RUNNER_LISTEN_SMTPD_KEEPER_H
#include "runner/queue/runner.h"

/* Makes the socket and the process when the configuration wants them, and ends them when it does
   not any more. */
void smtpd_keeper_look(struct runner *r);

/* To wait for: callers.  -1: there is no socket. */
int smtpd_keeper_fd(const struct runner *r);
void smtpd_keeper_accept(struct runner *r);

/* What there is to do for callers and by the clock; true: a message was stored in drop/. */
bool smtpd_keeper_serve(struct runner *r);
int64_t smtpd_keeper_next_ms(const struct runner *r);

/* For a runner that ends: smtpd takes no more; true once what came is stored, or time is over. */
bool smtpd_keeper_leave(struct runner *r);
void smtpd_keeper_end(struct runner *r);
#endif
