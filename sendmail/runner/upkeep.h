/* What is written now and then: removals made durable, the counters, the log's backlog in them. */
#ifndef RUNNER_UPKEEP_H
#define RUNNER_UPKEEP_H
#include "runner/queue/runner.h"
#include <sys/stat.h>

struct upkeep {
	int64_t counted_ms;          /* when the counters were last written */
	unsigned long long log_lost; /* lines that are in them */
	int64_t tokens_ms;           /* when the folder of tokens was last looked at */
	struct stat tokens_seen;
};

/* When there is enough of it, or enough time has passed; or all that there is. */
enum upkeep_how { UPKEEP_SOME, UPKEEP_ALL };

void upkeep_sync(struct runner *r, enum upkeep_how how);
void upkeep_count(struct upkeep *u, struct runner *r, enum upkeep_how how);

/* Hands on how OAuth2 tokens fare (spool/tokens.h), where a smarthost wants one. */
void upkeep_tokens(struct upkeep *u, const struct runner *r, enum upkeep_how how);

/* Hands kept lines to the log daemon.  That it does not read is no reason to wait for it, but one
 * to be seen in "mailq health". */
void upkeep_log(struct upkeep *u, struct runner *r);

/* Milliseconds until there is something to do; -1: there is nothing. */
int64_t upkeep_left_ms(const struct upkeep *u, const struct runner *r);
#endif
