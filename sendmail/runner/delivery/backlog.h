/* Mail that was in mqueue/ before this runner, and mail that was set aside. */
#ifndef RUNNER_DELIVERY_BACKLOG_H
#define RUNNER_DELIVERY_BACKLOG_H
#include "runner/queue/runner.h"

/* Takes up what is in mqueue/ from an earlier run; false, with nothing taken up, when it cannot be
 * read. */
bool backlog_load(struct runner *r);

/* Removes mail that was set aside for longer than keep_dead_d; looks once an hour. */
void backlog_tidy(struct runner *r);
#endif
