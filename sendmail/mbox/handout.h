/* One message to one local user, through the program mailbox. */
#ifndef MBOX_HANDOUT_H
#define MBOX_HANDOUT_H
#include "config/config.h"
#include "jobs/jobs.h"

/* Delivers; *d tells what came of it: sent, deferred (full disk, quota, a lock) or failed (no such
 * user). */
void handout(struct jobs *jobs, struct job *job, const char *rcpt, const struct config *config,
    struct diagnosis *d);
#endif
