/* What is wrong with the certificates that a server shows, in words. */
#ifndef SMTP_CERTIFICATE_H
#define SMTP_CERTIFICATE_H
#include "diagnosis/reason.h"
#include "base/text.h"
#include <openssl/ssl.h>

struct certificate_finding {
	long error;        /* X509_V_OK: nothing */
	X509 *certificate; /* the one that it is wrong with; NULL = none */
	int depth;         /* 0: the server's own; above: those that vouch for it */
	bool wanted;       /* the server asked for a certificate of ours */
	bool alone;        /* the server sent its own without the one that signed it */
};

/* The key of the catalogue. */
enum reason_key certificate_key(const struct certificate_finding *f);

/* Why the certificate is not right, with what the administrator has to compare.  wanted: the name
 * that it should be for. */
void certificate_put_problem(struct text *t, const struct certificate_finding *f,
    const char *wanted);

/* "subject CN=mail.example.org, issuer CN=R11, valid 2026-01-01 to 2026-04-01, SHA-256 AA:BB..." */
void certificate_put(struct text *t, X509 *certificate);

/* After the handshake: sets f->alone.  by_file: the trusted authorities are those of tls_ca_file.
   A certificate of a private authority looks the same as one whose intermediate is missing, but for
   the place where its issuer can be had (RFC 5280 4.2.2.1), which public authorities write into
   theirs. */
void certificate_look_at_chain(struct certificate_finding *f, SSL *ssl, bool by_file);
#endif
