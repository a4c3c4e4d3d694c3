/* The report to the sender: what became of their mail, in plain words first (RFC 3464, 6522). */
#ifndef RUNNER_NOTIFY_BOUNCE_H
#define RUNNER_NOTIFY_BOUNCE_H
#include "runner/notify/reported.h"

/* Writes the spool file of a report about recipients of messages with the same address to report
   to: those that failed, or those that are still open, with last for each.  notes: for
   its envelope.  The bytes are a complete spool file for queue_create. */
void bounce_write(const struct runner *r, struct message **list, int count, enum report_kind kind,
    const struct buffer *notes, struct buffer *out);

/* Who gets a report: the sender; for mail without one, and for copies by always_bcc
 * (m->for_archive), the postmaster; for a report to an address beyond ASCII that no server on its
 * way can carry, who handed in the mail; "" for a report about a report that did not arrive. */
const char *bounce_address(const struct config *config, const struct message *m);

/* The log line of a report that was queued: ID KIND=REPORT-ID to=<> WORDS; kind: "bounce",
 * "warning" or "relayed". */
void bounce_log(const char *id, const char *kind, const char *report_id, const char *to,
    const char *words);
#endif
