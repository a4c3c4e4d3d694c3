/* The lines with which the journal of an attempt begins: its number, the rule that chose the
 * servers, and what the relay said on the way. */
#ifndef RUNNER_ATTEMPT_ATTEMPT_LOG_H
#define RUNNER_ATTEMPT_ATTEMPT_LOG_H
#include "runner/attempt/message.h"

/* Puts them before the lines of m.  steps: one to a line. */
void attempt_log_begin(const struct runner *r, struct message *m, const struct buffer *steps);

/* An attempt begins: who watches the dialogue of m sees them. */
void attempt_log_show(const struct runner *r, const struct message *m, const struct buffer *steps);
#endif
