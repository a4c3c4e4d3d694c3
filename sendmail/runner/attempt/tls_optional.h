/* "TLS-Required: No" in the header (RFC 8689 5): its sender wants the message delivered also where
   the recipient's domain promises TLS and fails to keep that, as a report of such a failure has to
   be.  It counts for the servers that DNS names for that domain (direct_dane = opportunistic). What
   the administrator asks of a server (a smarthost's tls and dane, direct_dane = require) is no
   policy of the recipient's, and protects a login: it stays as it is. */
#ifndef RUNNER_ATTEMPT_TLS_OPTIONAL_H
#define RUNNER_ATTEMPT_TLS_OPTIONAL_H
#include "runner/attempt/message.h"

/* Whether it says so; REQUIRETLS is stronger (RFC 8689 4.1). */
bool tls_optional_asked(const struct message *m);

/* Before its recipients are sorted: whether their paths are others, in m. */
void tls_optional_note(const struct config *c, struct message *m);

/* "@DOMAIN" becomes "@DOMAIN/tls-optional" in the paths of such a message. */
void tls_optional_apply(const struct message *m, struct paths_of *p);
#endif
