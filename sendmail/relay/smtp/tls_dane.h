/* TLSA records on a session of OpenSSL (RFC 6698, 7671, 7672). */
#ifndef SMTP_TLS_DANE_H
#define SMTP_TLS_DANE_H
#include "base/tlsa.h"
#include "relay/smtp/certificate.h"

/* Before the names are set and the handshake begins.  False: OpenSSL can use none of the records.
 */
bool tls_dane_set(SSL *ssl, const struct tlsa_set *set);

/* After the handshake, with what was found on the way: whether a record fits.  Then words has the
   record; else the key and the words for what is wrong.  With DANE-EE neither name, date nor
   authority counts (RFC 7672 3.1.1). */
bool tls_dane_judge(SSL *ssl, const struct tlsa_set *set, const struct certificate_finding *f,
    enum reason_key *key, struct text *words);
#endif
