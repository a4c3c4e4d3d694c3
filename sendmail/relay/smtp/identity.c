/* Our own certificate. */
#include "relay/smtp/identity.h"
#include "relay/smtp/certificate.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/text.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509err.h>

static bool fail(struct diagnosis *d, const char *file, const char *what)
{
	diag_set(d, VERDICT_DEFERRED, STAGE_TLS, REASON_TLS_OWN_CERTIFICATE, "%s: %s", file, what);
	ERR_clear_error();
	return false;
}

#define ENDING_S (7 * 86400)

/* The chain: of what OpenSSL says of it, only what is no matter of form is for people. */
static bool use_certificate(SSL_CTX *context, const char *file, struct diagnosis *d)
{
	TEXT(why, 200);
	if (!fdio_is_readable(file, &why))
		return fail(d, file, why.data);
	if (SSL_CTX_use_certificate_chain_file(context, file) == 1)
		return true;
	unsigned long code = ERR_peek_last_error();
	if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) != ERR_R_PEM_LIB &&
	    ERR_reason_error_string(code) != NULL) {
		text_printf(&why, "this certificate is not accepted by OpenSSL: %s",
		    ERR_reason_error_string(code));
		return fail(d, file, why.data);
	}
	return fail(d, file, "no certificate in PEM form can be read from it");
}

/* Nobody is there to type one. */
static int no_passphrase(char *bytes, int size, int writing, void *asked)
{
	(void)bytes, (void)size, (void)writing;
	*(bool *)asked = true;
	return 0;
}

bool identity_use(SSL_CTX *context, const struct smarthost *smarthost, const struct buffer *pem,
    struct diagnosis *d)
{
	const char *key_file =
	    smarthost->tls_key_file[0] != '\0' ? smarthost->tls_key_file : smarthost->tls_cert_file;
	bool protected = false;
	if (!use_certificate(context, smarthost->tls_cert_file, d))
		return false;
	BIO *in = BIO_new_mem_buf(pem->data, (int)pem->length);
	EVP_PKEY *key =
	    in != NULL ? PEM_read_bio_PrivateKey(in, NULL, no_passphrase, &protected) : NULL;
	BIO_free(in);
	if (key == NULL)
		return fail(d, key_file,
		    protected ? "the key is protected by a passphrase, which nobody can type here"
		              : "no private key in PEM form can be read from it");
	bool used = SSL_CTX_use_PrivateKey(context, key) == 1;
	EVP_PKEY_free(key);
	return (used && SSL_CTX_check_private_key(context) == 1) ||
	       fail(d, key_file, "the key does not belong to the certificate in tls_cert_file");
}

void identity_put_ending(SSL_CTX *context, struct text *words)
{
	X509 *ours = SSL_CTX_get0_certificate(context);
	time_t soon = (time_t)clock_wall_s() + ENDING_S, now = (time_t)clock_wall_s();
	if (ours == NULL)
		return;
	if (X509_cmp_time(X509_get0_notAfter(ours), &now) < 0)
		text_put(words, "the certificate in tls_cert_file has expired: ");
	else if (X509_cmp_time(X509_get0_notBefore(ours), &now) > 0)
		text_put(words, "the certificate in tls_cert_file is not valid yet: ");
	else if (X509_cmp_time(X509_get0_notAfter(ours), &soon) < 0)
		text_put(words, "the certificate in tls_cert_file ends within a week: ");
	else
		return;
	certificate_put(words, ours);
}

bool identity_is_unwanted(int reason)
{
	return reason == SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE ||
	       reason == SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED ||
	       reason == SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED ||
	       reason == SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE ||
	       reason == SSL_R_SSLV3_ALERT_BAD_CERTIFICATE ||
	       reason == SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN ||
	       reason == SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED ||
	       reason == SSL_R_TLSV1_ALERT_UNKNOWN_CA || reason == SSL_R_TLSV1_ALERT_ACCESS_DENIED;
}

enum reason_key identity_put_refusal(SSL *ssl, const char *detail, struct text *words)
{
	X509 *ours = SSL_get_certificate(ssl);
	if (ours == NULL) {
		text_put(words, "the server asked for a client certificate, got none, and ended the "
		                "connection");
		return REASON_TLS_CLIENT_CERTIFICATE;
	}
	text_printf(words, "the server refused the client certificate of tls_cert_file (%s): ",
	    *detail != '\0' ? detail : "it closed the connection");
	certificate_put(words, ours);
	return REASON_TLS_CERTIFICATE_REFUSED;
}
