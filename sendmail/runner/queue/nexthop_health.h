/* mqueue/health (spool/health.h): the nexthops and servers that fail, and a configuration that
 * does. */
#ifndef RUNNER_QUEUE_NEXTHOP_HEALTH_H
#define RUNNER_QUEUE_NEXTHOP_HEALTH_H

struct runner;

/* Writes it, and mqueue/woken, as they are now. */
void nexthop_write_health(struct runner *r);

/* The same if something has changed: once for all that comes of the events of one wait. */
void nexthop_write_new_health(struct runner *r);
#endif
