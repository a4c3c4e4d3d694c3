/* The pace of a path: that of the smarthost that takes its mail now. */
#ifndef RUNNER_QUEUE_NEXTHOP_PACE_H
#define RUNNER_QUEUE_NEXTHOP_PACE_H
#include "runner/queue/nexthop.h"

/* The configuration of the first smarthost of p that is not known to fail; NULL: p has none. */
const struct smarthost *nexthop_pace_server(const struct nexthops *n, const struct nexthop *p);

/* True when the next message of p waits: for an outcome of what s has in hand, or for its time,
   which is p->paced_ms then, and mqueue/health has it. */
bool nexthop_pace_holds(struct nexthops *n, struct nexthop *p, const struct smarthost *s,
    const struct pace_load *load);

/* The smarthost of that name has dealt with a message. */
void nexthop_pace_count(struct nexthops *n, const char *name, int recipients, bool accepted);

/* It accepts no more for now, for the reason d; that mail comes too fast teaches its pace. */
void nexthop_pace_refused(struct nexthops *n, const char *name, const struct diagnosis *d);
#endif
