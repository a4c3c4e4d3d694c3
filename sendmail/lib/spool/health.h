/* mqueue/health: why mail waits that was not tried itself: one line for each path (config/rules.h)
   whose servers all fail, or one for a configuration that is broken.  Present only while that is
   so; written by the runner, read by mailq. */
#ifndef SPOOL_HEALTH_H
#define SPOOL_HEALTH_H
#include "spool/queue.h"

#define HEALTH_MAX 32

struct health {
	char path[700];  /* "" = all mail */
	char hop[256];   /* not "": only this server of a path fails, and others take its mail */
	int64_t since_s; /* wall time of the first failure */
	int64_t next_s;  /* wall time of the next try */
	struct diagnosis why;
};

/* Writes the file (in place of an old one), or removes it when count is 0. */
void health_write(const struct queue *q, const struct health *list, int count);

/* Reads at most max lines; returns their number. */
int health_read(const struct queue *q, struct health *list, int max);
#endif
