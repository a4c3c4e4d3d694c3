/* New mail: from drop/ to mqueue/. */
#ifndef RUNNER_DELIVERY_PICKUP_SCAN_H
#define RUNNER_DELIVERY_PICKUP_SCAN_H
#include "runner/queue/runner.h"

/* Moves what is in drop/ to mqueue/; honours requests for a pass.  A runner that stays moves some
   hundreds: false when there are more, for which it is to be called again at once, and is, by
   adopt_again_ms. */
bool pickup_scan(struct runner *r);
#endif
