/* This machine's own certificate, for servers that want one (tls_cert_file, tls_key_file). */
#ifndef SMTP_IDENTITY_H
#define SMTP_IDENTITY_H
#include "config/smarthost.h"
#include "diagnosis/diag.h"
#include "base/mem.h"
#include <openssl/ssl.h>

/* Puts the certificate of a smarthost, and the key in pem (its whole file), into a context.  False
   with key "tls-own-certificate" and what is wrong, with the file's name. */
bool identity_use(SSL_CTX *context, const struct smarthost *smarthost, const struct buffer *pem,
    struct diagnosis *d);

/* Words, when the certificate that is in use has expired, ends within a week, or is not valid yet.
 */
void identity_put_ending(SSL_CTX *context, struct text *words);

/* True for the alerts of a server that had no certificate of ours, or not the right one. */
bool identity_is_unwanted(int reason);

/* The server asked for a certificate and did not like what it got: the key, and the words; detail:
 * of OpenSSL, "" = it closed the connection. */
enum reason_key identity_put_refusal(SSL *ssl, const char *detail, struct text *words);
#endif
