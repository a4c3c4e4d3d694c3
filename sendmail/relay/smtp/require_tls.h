/* REQUIRETLS (RFC 8689): a message that goes only over verified TLS, to servers that promise the
   same. */
#ifndef SMTP_REQUIRE_TLS_H
#define SMTP_REQUIRE_TLS_H
#include "relay/smtp/smtp_session.h"

/* Whether this session may carry such a message (RFC 8689 4.2.1). */
bool require_tls_met(const struct session *s);

/* Why it may not: failed, or deferred while other servers are left. */
void require_tls_diagnose(const struct session *s, struct diagnosis *d);
#endif
