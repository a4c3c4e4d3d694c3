/* Fingerprints of a server's certificate: SHA-256, in hexadecimal, of the certificate or of its
   public key (SubjectPublicKeyInfo, as RFC 7469 and Postfix count it; a renewal mostly keeps it).
 */
#ifndef SMTP_PIN_H
#define SMTP_PIN_H
#include <openssl/x509.h>
#include <stdbool.h>

#define PIN_SIZE 65

struct pin {
	char certificate[PIN_SIZE], key[PIN_SIZE]; /* small letters; "" when it cannot be made */
};

/* The SHA-256 digests of the certificate and of its public key. */
void pin_of(X509 *certificate, struct pin *pin);

/* True when the list of tls_fingerprint has one of the two. */
bool pin_fits(const char *list, const struct pin *pin);
#endif
