/* What is refused, in the log as Postfix's smtpd says it, so that what counts its lines counts
   ours: "NOQUEUE: reject: RCPT from uid 1000: 553 ...".  So many in a minute; of the others, how
   many. */
#ifndef SMTPD_REJECTS_H
#define SMTPD_REJECTS_H
#include "smtpd/client.h"

#define REJECTS_A_MINUTE 30

/* command: "CONNECT", "RCPT" ..., reply: what the client got, and what else is known.  Both
   may be a stranger's. */
void rejects_log(const struct client *c, const char *command, const char *reply);
#endif
