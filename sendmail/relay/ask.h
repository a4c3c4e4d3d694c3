/* What a server is that says nothing where SMTP begins with a greeting: TLS from the first byte, or
   another service that waits for its client.  It is found out on a second connection, so that a
   server that is only slow is not disturbed. */
#ifndef RELAY_ASK_H
#define RELAY_ASK_H
#include "relay/deliver.h"

#define ASK_AFTER_S 5

/* with->fd is connected, and no byte was read from it.  True: the server is no mail server as
   configured, and *d says what it is, or it is not reached any more.  False: it has begun to speak,
   or nothing is known of it; with->fd may be another connection then.  Waits some seconds. */
bool ask_silent(struct deliver *with, struct diagnosis *d);
#endif
