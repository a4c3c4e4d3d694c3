/* Loading what TLS needs, by the parent: sessions open no file. */
#include "smtpd/tls_server.h"
#include "base/fdio.h"
#include <openssl/err.h>
#include <string.h>

static SSL_CTX *fail(SSL_CTX *context, const char *file, struct text *problem)
{
	char words[200];
	TEXT(why, 100);
	ERR_error_string_n(ERR_get_error(), words, sizeof words);
	const char *last = strrchr(words, ':');
	fdio_is_readable(file, &why);
	text_printf(problem, "%s: %s; a PEM file is needed that the user fhsmtpd can read", file,
	    why.length > 0 ? why.data
	    : last != NULL ? last + 1
	                   : words);
	SSL_CTX_free(context);
	return NULL;
}

SSL_CTX *tls_server_load(const char *cert_file, const char *key_file, struct text *problem)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	const char *key = *key_file != '\0' ? key_file : cert_file;
	if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
		return fail(context, "TLS", problem);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
	TEXT(why, 100);
	if (!fdio_is_readable(cert_file, &why) ||
	    SSL_CTX_use_certificate_chain_file(context, cert_file) != 1)
		return fail(context, cert_file, problem);
	if (!fdio_is_readable(key, &why) ||
	    SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(context) != 1)
		return fail(context, key, problem);
	return context;
}
