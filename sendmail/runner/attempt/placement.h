/* Where an entry waits: on the path of its recipients, or, when it cannot be worked on, on the path
   without servers, where the dispatcher deals with it. */
#ifndef RUNNER_ATTEMPT_PLACEMENT_H
#define RUNNER_ATTEMPT_PLACEMENT_H
#include "runner/queue/runner.h"

/* Puts an entry in: new (untried), or due at a time; again: now, on the path that is next for it in
 * this attempt. */
void placement_add_new(struct runner *r, struct entry *e);
void placement_add(struct runner *r, struct entry *e, int64_t due_ms);
void placement_add_again(struct runner *r, struct entry *e);

/* After a change of the configuration: every entry is put where it belongs now. */
void placement_all(struct runner *r);
#endif
