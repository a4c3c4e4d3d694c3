/* New mail: from drop/ to mqueue/. */
#ifndef RUNNER_DELIVERY_PICKUP_SCAN_H
#define RUNNER_DELIVERY_PICKUP_SCAN_H
#include "runner/queue/runner.h"

/* Moves what is in drop/ to mqueue/; honours requests for a pass. */
void pickup_scan(struct runner *r);
#endif
