/* Mail goes on to its next path ([fallback] direct_mx, direct in a [route], a mailbox as last
   resort), or to the path of its other recipients, while the servers of the one at hand are known
   to fail: it does not wait for the one message that asks them again. */
#ifndef RUNNER_QUEUE_REROUTE_H
#define RUNNER_QUEUE_REROUTE_H
#include "runner/queue/nexthop.h"

struct runner;

#define REROUTE_AT_A_TIME 100 /* then sessions have their turn */

/* What is due on a path that is not up, and was not looked at since its servers were last asked:
   some of it, which may have another way.  Returns the number of them; the caller looks at each
   (and says so in looked_ms), and clears schedule.added then. */
int reroute_due(struct runner *r, struct nexthop *p, int64_t now_ms,
    struct entry *due[REROUTE_AT_A_TIME]);

/* Monotonic time at which there is something to look at; INT64_MAX: when something is added, or the
 * servers fail again. */
int64_t reroute_next_ms(const struct runner *r, const struct nexthop *p, int64_t now_ms);
#endif
