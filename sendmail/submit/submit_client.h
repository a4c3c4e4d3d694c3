/* Handing a message to a staying runner, where this program has no right to drop/: NoNewPrivileges,
   a nosuid mount, a read-only spool. The runner's socket takes, each with its length before it
   (spool/submit_line.h): the head of a spool file, pieces of the message, and at the end an empty
   piece; it answers with one line. */
#ifndef SUBMIT_SUBMIT_CLIENT_H
#define SUBMIT_SUBMIT_CLIENT_H
#include "diagnosis/diag.h"
#include "spool/id.h"
#include <stdbool.h>

/* True while there is a socket; a runner that was killed leaves its own behind.  Waits up to 5 s
 * for that of a runner that takes over. */
bool submit_client_possible(void);

/* Sends a whole spool file, head_bytes of which are its head.  drop_error: the errno that kept us
   from storing it.  0 when the runner has it on disk (id is its name there); otherwise a sysexits
   code and why, and nothing is known to be stored.  When nobody listens, the reason is that of
   drop/: 77 "spool-rights" for a right that is missing, 73 "spool-write" for any other error. */
int submit_client_send(const struct buffer *file, size_t head_bytes, int drop_error,
    char id[ID_SIZE], struct diagnosis *why);

/* Why the set-group-id right may be without effect, and what to do; after "PATH: reason". */
void submit_client_explain(struct diagnosis *why, const char *reason);
#endif
