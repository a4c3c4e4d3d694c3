/* New mail: from drop/ to mqueue/. */
#ifndef RUNNER_DELIVERY_PICKUP_SCAN_H
#define RUNNER_DELIVERY_PICKUP_SCAN_H
#include "runner/queue/runner.h"

/* Moves what is in drop/ to mqueue/; honours requests for a pass.  A runner that stays moves some
   hundreds: false when there are more, for which it is to be called again at once, and is, by
   adopt_again_ms. */
bool pickup_scan(struct runner *r);

/* By the clock, for a runner that stays: the next portion of what was listed, or a new listing. */
void pickup_go_on(struct runner *r);

/* The same because something new is there: the folder is listed now.  A long one that was listed a
   moment ago is listed a little later. */
void pickup_rung(struct runner *r);

void pickup_scan_free(struct runner *r);
#endif
