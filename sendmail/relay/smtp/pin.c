/* Fingerprints. */
#include "relay/smtp/pin.h"
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static void put_digest(const unsigned char *bytes, int length, char hex[PIN_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int size = 0;
	hex[0] = '\0';
	if (length <= 0 || EVP_Digest(bytes, (size_t)length, digest, &size, EVP_sha256(), NULL) != 1 ||
	    2 * size + 1 > PIN_SIZE)
		return;
	for (unsigned int i = 0; i < size; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

void pin_of(X509 *certificate, struct pin *pin)
{
	unsigned char *whole = NULL, *key = NULL;
	int length = i2d_X509(certificate, &whole);
	put_digest(whole, length, pin->certificate);
	length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &key);
	put_digest(key, length, pin->key);
	OPENSSL_free(whole);
	OPENSSL_free(key);
	ERR_clear_error();
}

bool pin_fits(const char *list, const struct pin *pin)
{
	return (pin->certificate[0] != '\0' && strstr(list, pin->certificate) != NULL) ||
	       (pin->key[0] != '\0' && strstr(list, pin->key) != NULL);
}
