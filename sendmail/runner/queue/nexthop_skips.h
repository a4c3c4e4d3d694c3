/* Servers that are passed over. */
#ifndef RUNNER_QUEUE_NEXTHOP_SKIPS_H
#define RUNNER_QUEUE_NEXTHOP_SKIPS_H
#include "runner/queue/nexthop.h"

/* The servers of p that are passed over now, as " NAME NAME"; each with its reason as a line in
 * steps. Free it. */
char *nexthop_skips(const struct nexthops *n, const struct nexthop *p, int64_t now_ms,
    struct buffer *steps);

/* All of its servers that fail, each with its reason as a line in steps. */
void nexthop_skips_put(const struct nexthops *n, const struct nexthop *p, struct buffer *steps);
#endif
