/* The outcome of one recipient in an attempt. */
#ifndef RUNNER_DISPOSITION_RCPT_OUTCOME_H
#define RUNNER_DISPOSITION_RCPT_OUTCOME_H
#include "runner/attempt/message.h"

/* Notes the outcome of one recipient: log line, journal line, state.  later: what it is when it is
 * deferred, RCPT_DEFERRED, or RCPT_NEXT: another server is to be asked at once. */
void rcpt_outcome_note(struct runner *r, struct message *m, int rcpt, enum rcpt_state later,
    const struct diagnosis *d);

/* How many of the recipients at hand are in that state. */
int rcpt_outcome_count(const struct message *m, enum rcpt_state state);

/* Seconds until the next attempt: decided once per attempt, by the first reason that makes it wait.
 * While all servers of its path fail, until they are asked again. */
int rcpt_outcome_wait_s(struct runner *r, struct message *m, const struct diagnosis *d);
#endif
