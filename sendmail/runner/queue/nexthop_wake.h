/* Mail that is made due before its time, and that mailq hears of it (spool/woken.h). */
#ifndef RUNNER_QUEUE_NEXTHOP_WAKE_H
#define RUNNER_QUEUE_NEXTHOP_WAKE_H
#include "runner/queue/nexthop.h"
#include "spool/queue.h"

/* What waits because a server of p was at fault is due now. */
void nexthop_wake(struct nexthop *p);

/* All mail of p was made due. */
void nexthop_was_woken(struct nexthop *p);

/* mqueue/woken as it is now. */
void nexthop_write_woken(const struct nexthops *n, const struct queue *queue);
#endif
