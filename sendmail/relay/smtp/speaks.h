/* What answers on a port, by its first bytes. */
#ifndef SMTP_SPEAKS_H
#define SMTP_SPEAKS_H
#include "base/text.h"
#include "diagnosis/diag.h"

/* True for the start of a TLS record (RFC 8446 5.1). */
bool speaks_tls(const char *bytes, size_t length);

/* "an IMAP server", NULL when the bytes show no service that is known. */
const char *speaks_service(const char *bytes, size_t length);

/* Appends the bytes between quotes, at most 80, without NULs, and ? for what is not ASCII.  Other
 * control bytes stay: diag_set escapes them. */
void speaks_quote(struct text *t, const char *bytes, size_t length);

/* The failure of a session that began with these bytes, where SMTP begins with a greeting:
   "tls-implicit-missing", "other-protocol" or, when nothing is known of them, key, with words that
   quote them. */
void speaks_diagnose(struct diagnosis *d, const char *bytes, size_t length, enum reason_key key);
#endif
