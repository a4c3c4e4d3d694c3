/* What a relay says of its messages (jobs/jobs_line.h): each outcome is applied as it comes. */
#ifndef RUNNER_SESSION_MESSAGE_EVENTS_H
#define RUNNER_SESSION_MESSAGE_EVENTS_H
#include "jobs/jobs_line.h"
#include "runner/session/worker.h"

/* One line about a message; of one that the relay does not have it says nothing. */
void message_events_take(struct runner *r, struct worker *w, const struct jobs_line *l);
#endif
