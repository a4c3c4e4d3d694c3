/* What grows old: expired messages, warnings, the alarm. */
#ifndef RUNNER_DELIVERY_EXPIRE_H
#define RUNNER_DELIVERY_EXPIRE_H
#include "runner/queue/runner.h"

/* Deals with all of it: now, or when a minute has passed. */
void expire_sweep_now(struct runner *r);
void expire_sweep(struct runner *r);

/* The first minute begins; the end. */
void expire_start(struct runner *r);
void expire_end(struct runner *r);
#endif
