/* The names by which others reach the runner: drop/, mqueue/, the trigger, its sockets.  They may
   be replaced or removed while it runs (a restored backup, a cleaned /run).  Submissions then go
   where nobody looks, so this is noticed within a minute, repaired where that can be done, and
   reported. */
#ifndef RUNNER_PLACES_H
#define RUNNER_PLACES_H
#include "runner/runner.h"

/* A descriptor to wait for: readable when a name in the run folder is gone.  -1: there is none. */
int places_fd(struct runner *r);

/* Something woke the runner: a look is taken within 5 s.  watched: it was places_fd. */
void places_wake(struct runner *r, bool watched);

/* Looks at all of them when it is time to; only in a runner that stays. */
void places_look(struct runner *r);

/* Monotonic time of the next look, in a runner that stays: within 5 s of what woke it, or while
   something is wrong, and else once a minute. */
int64_t places_next_ms(const struct runner *r);
#endif
