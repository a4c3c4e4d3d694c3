/* mqueue/health: why nothing goes out at the moment (smarthost down, configuration broken), for messages that were not tried
   themselves.  Present only while that is so; written by the runner, read by mailq. */
#ifndef SPOOL_HEALTH_H
#define SPOOL_HEALTH_H
#include "spool/queue.h"

struct health {
	int64_t since_s; /* wall time of the first failure */
	int64_t next_s;  /* wall time of the next try */
	struct diagnosis why;
};

/* Writes the file (in place of an old one), or removes it when h is NULL. */
void health_write(const struct queue *q, const struct health *h);

/* False when there is none. */
bool health_read(const struct queue *q, struct health *h);
#endif
