/* One run over the candidates of all smarthosts, until a session is ready; then that session takes all the mail. */
#ifndef RELAY_ATTEMPT_H
#define RELAY_ATTEMPT_H
#include "config/config.h"
#include "relay/jobs.h"

struct attempt {
	const struct config *config;
	struct jobs *jobs;
	char **avoid;           /* addresses that the mail at hand has tried already */
	int avoid_count;
	const char *only_hop;   /* NULL = all */
	bool probe;
	struct diagnosis worst; /* of the failures, the one that came furthest */
};

/* True when a session was ready (its jobs are reported); false with a->worst when nothing was. */
bool attempt_run(struct attempt *a);
#endif
