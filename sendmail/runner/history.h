/* The lines with which the journal of an attempt begins: its number, the rule that chose the
 * servers, and what the relay said on the way. */
#ifndef RUNNER_HISTORY_H
#define RUNNER_HISTORY_H
#include "runner/message.h"

/* The same as text for those who watch: put behind what is in lines. */
void history_put(const struct runner *r, const struct message *m, const struct buffer *steps,
    struct buffer *lines);

/* Puts them before the lines of m.  steps: one to a line. */
void history_begin(const struct runner *r, struct message *m, const struct buffer *steps);
#endif
