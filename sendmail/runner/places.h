/* The names by which others reach the runner: drop/, mqueue/, the trigger, its sockets.  They may be
   replaced or removed while it runs (a restored backup, a cleaned /run).  Submissions then go where
   nobody looks, so this is noticed within seconds, repaired where that can be done, and reported. */
#ifndef RUNNER_PLACES_H
#define RUNNER_PLACES_H
#include "runner/runner.h"

/* Looks at all of them when it is time to; only in a runner that stays. */
void places_look(struct runner *r);

/* Monotonic time of the next look, in a runner that stays. */
int64_t places_next_ms(const struct runner *r);
#endif
