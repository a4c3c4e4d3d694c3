/* Loading what TLS needs, by the parent: sessions open no file. */
#include "smtpd/tls_server.h"
#include "base/fdio.h"
#include <openssl/err.h>
#include <string.h>

/* why: "" = what OpenSSL says */
static SSL_CTX *fail(SSL_CTX *context, const char *file, struct text *why, struct text *problem)
{
	if (why->length == 0) {
		char words[200];
		ERR_error_string_n(ERR_get_error(), words, sizeof words);
		const char *last = strrchr(words, ':');
		text_put(why, last != NULL ? last + 1 : words);
	}
	text_printf(problem, "%s: %s; a PEM file is needed that the user fhsmtpd can read", file,
	    why->data);
	SSL_CTX_free(context);
	return NULL;
}

SSL_CTX *tls_server_load(const char *cert_file, const char *key_file, struct text *problem)
{
	TEXT(why, 200);
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	const char *key = *key_file != '\0' ? key_file : cert_file;
	if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
		return fail(context, "TLS", &why, problem);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
	if (!fdio_is_readable(cert_file, &why) ||
	    SSL_CTX_use_certificate_chain_file(context, cert_file) != 1)
		return fail(context, cert_file, &why, problem);
	if (!fdio_is_readable(key, &why) ||
	    SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(context) != 1)
		return fail(context, key, &why, problem);
	return context;
}
