/* DANE with OpenSSL. */
#include "relay/smtp/tls_dane.h"
#include "relay/smtp/pin.h"
#include <openssl/err.h>

bool tls_dane_set(SSL *ssl, const struct tlsa_set *set)
{
	int added = 0;
	if (SSL_dane_enable(ssl, set->owner) != 1)
		return false;
	SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	for (int i = 0; i < set->count; i++) {
		const struct tlsa *r = &set->records[i];
		/* A record whose certificate cannot be read (matching type 0) is one that does not fit. */
		if (tlsa_is_usable(r) && SSL_dane_tlsa_add(ssl, r->usage, r->selector, r->matching,
		                             set->data + r->at, r->size) > 0)
			added++;
	}
	ERR_clear_error();
	return added > 0;
}

/* What could be published for the server as it is. */
static void put_mismatch(SSL *ssl, const struct tlsa_set *set, struct text *words)
{
	struct pin pin = {.key = ""};
	X509 *certificate = SSL_get_peer_certificate(ssl);
	text_printf(words, "the server's certificate fits none of the %d TLSA records of _%u._tcp.%s",
	    set->count, set->port, set->owner);
	if (certificate != NULL) {
		pin_of(certificate, &pin);
		text_printf(words, "; one for it would be 3 1 1 %s; it is ", pin.key);
		certificate_put(words, certificate);
	}
	X509_free(certificate);
}

static void put_fitting(SSL *ssl, const struct tlsa_set *set, struct text *words)
{
	uint8_t usage = 0, selector = 0, matching = 0;
	SSL_get0_dane_tlsa(ssl, &usage, &selector, &matching, NULL, NULL);
	text_printf(words, "; a TLSA record %u %u %u of _%u._tcp.%s fits", usage, selector, matching,
	    set->port, set->owner);
}

/* A record fits the chain, and something else is wrong with it. */
static bool is_of_itself(const struct certificate_finding *f)
{
	enum reason_key key = certificate_key(f);
	return f->certificate != NULL && (key == REASON_TLS_EXPIRED || key == REASON_TLS_WRONG_NAME ||
	                                     key == REASON_TLS_NOT_YET_VALID);
}

bool tls_dane_judge(SSL *ssl, const struct tlsa_set *set, const struct certificate_finding *f,
    enum reason_key *key, struct text *words)
{
	if (f->error == X509_V_OK && SSL_get0_dane_authority(ssl, NULL, NULL) >= 0) {
		put_fitting(ssl, set, words);
		return true;
	}
	*key = is_of_itself(f) ? certificate_key(f) : REASON_DANE_MISMATCH;
	if (is_of_itself(f))
		certificate_put_problem(words, f, set->owner);
	else
		put_mismatch(ssl, set, words);
	return false;
}
