/* Reading and writing once the handshake is over. */
#ifndef SMTP_TLS_LINK_H
#define SMTP_TLS_LINK_H
#include "relay/smtp/link.h"
#include <openssl/ssl.h>

/* Puts TLS on a link, whose ssl it then has; wants_certificate: the server asked for one of ours.
 */
void tls_link(struct link *l, SSL *ssl, bool wants_certificate);
#endif
