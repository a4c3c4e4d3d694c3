/* What grows old: expired messages, warnings, the alarm. */
#ifndef RUNNER_DELIVERY_EXPIRE_H
#define RUNNER_DELIVERY_EXPIRE_H
#include "runner/queue/runner.h"

/* Deals with all of it: now, or when a minute has passed. */
void expire_sweep_now(struct runner *r);
void expire_sweep(struct runner *r);

/* Something came back that may be too old already (all messages are looked at once an hour, and
   those that grow too old until then are known): the next sweep finds it. */
void expire_look_again(struct runner *r);

/* The first minute begins; the end. */
void expire_start(struct runner *r);
void expire_end(struct runner *r);
#endif
