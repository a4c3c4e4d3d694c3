/* One message to one local user, through the program mailbox. */
#ifndef MBOX_DELIVER_LOCAL_H
#define MBOX_DELIVER_LOCAL_H
#include "config/config.h"
#include "jobs/jobs.h"

/* Delivers; *d says what came of it: sent, deferred (full disk, quota, a lock) or failed (no such
 * user). */
void deliver_local(struct jobs *jobs, struct job *job, const char *rcpt,
    const struct config *config, struct diagnosis *d);
#endif
