/* Parameters that servers offer and refuse: what is remembered of them until the runner ends. */
#ifndef RUNNER_QUEUE_NEXTHOP_WITHOUT_H
#define RUNNER_QUEUE_NEXTHOP_WITHOUT_H
#include "runner/queue/nexthop.h"

/* The server that d names, one of p's, refuses these parameters (message/parameter.h): logged the
 * first time. */
void nexthop_without_note(struct nexthops *n, const struct nexthop *p, const struct diagnosis *d,
    unsigned parameters);

/* Those of p's servers, as " NAME/N NAME/N" (jobs/orders.h).  Free it. */
char *nexthop_without(const struct nexthops *n, const struct nexthop *p);
#endif
