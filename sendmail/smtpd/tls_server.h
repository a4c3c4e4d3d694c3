/* TLS on a connection that begins in the clear (RFC 3207). */
#ifndef SMTPD_TLS_SERVER_H
#define SMTPD_TLS_SERVER_H
#include "base/text.h"
#include <openssl/ssl.h>

/* The certificate and its key; freed with SSL_CTX_free.  NULL with a sentence. */
SSL_CTX *tls_server_load(const char *cert_file, const char *key_file, struct text *problem);
#endif
