/* How much each user has in the queue and hands over an hour, counted by the owner of the files,
   and what of it is too much: published for sendmail in drop/policy (spool/policy.h). */
#ifndef RUNNER_QUEUE_QUOTA_H
#define RUNNER_QUEUE_QUOTA_H
#include "runner/queue/runner.h"

/* A message from drop/ (fresh), or from an earlier run, is in mqueue/: it counts for its sender.
 * entry_forget ends that. */
void quota_take(struct runner *r, struct entry *e, const char *id, bool fresh);
void quota_forget(struct entry *e);

/* The configuration was read: every user's rule is looked up anew. */
void quota_configure(struct runner *r);

/* Writes drop/policy if it says something new; cheap.  After messages were taken, and once a
 * minute. */
void quota_publish(struct runner *r);

/* The same within seconds, while somebody is refused: mail that leaves makes room for theirs. */
void quota_look(struct runner *r);
void quota_free(struct runner *r);
#endif
