/* What grows old: expired messages, warnings, the alarm. */
#ifndef RUNNER_DELIVERY_EXPIRE_H
#define RUNNER_DELIVERY_EXPIRE_H
#include "runner/queue/runner.h"

/* At most once a minute, or at once. */
void expire_sweep(struct runner *r, bool at_once);

/* The first minute begins; the end. */
void expire_start(struct runner *r);
void expire_end(struct runner *r);
#endif
