/* The report to the sender: what became of his mail, in plain words first (RFC 3464, 6522). */
#ifndef RUNNER_BOUNCE_H
#define RUNNER_BOUNCE_H
#include "runner/message.h"

/* Writes the spool file of a report about recipients of m: those that failed, or (delayed) those that are still open, with last for each.
   The bytes are a complete spool file for queue_create. */
void bounce_write(const struct runner *r, const struct message *m, bool delayed, struct buffer *out);
#endif
