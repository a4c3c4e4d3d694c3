/* What a relay says (jobs/jobs.h): its session is ready or lost, servers failed, the outcomes of
   its messages. */
#ifndef RUNNER_SESSION_SESSION_EVENTS_H
#define RUNNER_SESSION_SESSION_EVENTS_H
#include "runner/session/worker.h"

/* Moves bytes; call when the descriptor is ready.  Outcomes are applied as they come.  Sets ended
 * at the end of the stream. */
void session_events_receive(struct runner *r, struct worker *w);
#endif
