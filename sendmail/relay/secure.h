/* TLS on a session's link: which server it has to be, and what is done when it is not. */
#ifndef RELAY_SECURE_H
#define RELAY_SECURE_H
#include "relay/outcome.h"

/* The level for this server: that of the smarthost, or more where it has TLSA records. */
enum smarthost_tls secure_level(const struct deliver *with);

/* The handshake, to its end.  False: c->session is over, with its failure. */
bool secure_start(struct smtp_client *c);
#endif
