/* Certificates in words. */
#include "relay/smtp/certificate.h"
#include "base/clock.h"
#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/socket.h>

#define NAME_BYTES 72

static void put_time(struct text *t, const ASN1_TIME *when)
{
	struct tm tm;
	if (ASN1_TIME_to_tm(when, &tm) == 1)
		text_printf(t, "%04d-%02d-%02d %02d:%02d UTC", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		    tm.tm_hour, tm.tm_min);
	else
		text_put(t, "an unreadable date");
}

/* The names that a certificate is for. */
static void put_names(struct text *t, X509 *certificate)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	int count = names != NULL ? sk_GENERAL_NAME_num(names) : 0;
	bool any = false;
	for (int i = 0; i < count && i < 10; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		char literal[64];
		if (name->type == GEN_DNS) {
			text_put(t, any ? ", " : "");
			text_escape(t, (const char *)ASN1_STRING_get0_data(name->d.dNSName),
			    (size_t)ASN1_STRING_length(name->d.dNSName));
			any = true;
		} else if (name->type == GEN_IPADD) {
			int length = ASN1_STRING_length(name->d.iPAddress);
			const void *bytes = ASN1_STRING_get0_data(name->d.iPAddress);
			if (length != 4 && length != 16)
				continue;
			text_printf(t, "%s%s", any ? ", " : "",
			    inet_ntop(length == 4 ? AF_INET : AF_INET6, bytes, literal, sizeof literal));
			any = true;
		}
	}
	GENERAL_NAMES_free(names);
	if (any)
		return;
	char common[128] = "";
	X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, common,
	    sizeof common);
	text_put(t, common[0] != '\0' ? "no name at all (the common name " : "no name at all");
	text_escape(t, common, strlen(common));
	text_put(t, common[0] != '\0' ? " does not count, RFC 9525)" : "");
}

enum reason_key certificate_key(const struct certificate_finding *f)
{
	switch (f->error) {
	case X509_V_ERR_CERT_HAS_EXPIRED: return REASON_TLS_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID: return REASON_TLS_NOT_YET_VALID;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH: return REASON_TLS_WRONG_NAME;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: return REASON_TLS_SELF_SIGNED;
	default: return f->alone ? REASON_TLS_CHAIN : REASON_TLS_UNTRUSTED;
	}
}

/* A whole name, "CN=R11,O=Let's Encrypt,C=US"; of a long one, the front. */
static void put_name(struct text *t, const X509_NAME *name)
{
	char *bytes = NULL;
	BIO *out = BIO_new(BIO_s_mem());
	if (out == NULL)
		return;
	X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
	long length = BIO_get_mem_data(out, &bytes);
	if (length <= 0)
		text_put(t, "(none)");
	else
		text_escape(t, bytes, length > NAME_BYTES ? NAME_BYTES : (size_t)length);
	BIO_free(out);
}

static void put_day(struct text *t, const ASN1_TIME *when)
{
	struct tm tm;
	if (ASN1_TIME_to_tm(when, &tm) == 1)
		text_printf(t, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	else
		text_put(t, "an unreadable date");
}

void certificate_put(struct text *t, X509 *certificate)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int length = 0;
	text_put(t, "subject ");
	put_name(t, X509_get_subject_name(certificate));
	text_put(t, ", issuer ");
	put_name(t, X509_get_issuer_name(certificate));
	text_put(t, ", valid ");
	put_day(t, X509_get0_notBefore(certificate));
	text_put(t, " to ");
	put_day(t, X509_get0_notAfter(certificate));
	text_put(t, ", SHA-256 ");
	if (X509_digest(certificate, EVP_sha256(), digest, &length) != 1)
		length = 0;
	for (unsigned int i = 0; i < length; i++)
		text_printf(t, "%s%02X", i > 0 ? ":" : "", digest[i]);
}

static void put_whose(struct text *t, const struct certificate_finding *f)
{
	char name[128] = "";
	text_put(t, "the certificate ");
	if (f->depth == 0)
		return;
	X509_NAME_get_text_by_NID(X509_get_subject_name(f->certificate), NID_commonName, name,
	    sizeof name);
	text_put(t, "of the authority \"");
	text_escape(t, name, strlen(name));
	text_put(t, "\" ");
}

static void put_error(struct text *t, const struct certificate_finding *f, const char *wanted)
{
	TEXT(now, 40);
	clock_put_iso(&now, clock_wall_s());
	put_whose(t, f);
	switch (f->error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		text_put(t, "expired ");
		put_time(t, X509_get0_notAfter(f->certificate));
		text_printf(t, " (the clock of this machine says %s)", now.data);
		return;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		text_put(t, "is not valid before ");
		put_time(t, X509_get0_notBefore(f->certificate));
		text_printf(t, " (the clock of this machine says %s)", now.data);
		return;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		text_printf(t, "is not for %s; it is for: ", wanted);
		put_names(t, f->certificate);
		return;
	default: text_printf(t, "is not trusted: %s", X509_verify_cert_error_string(f->error));
	}
}

void certificate_put_problem(struct text *t, const struct certificate_finding *f,
    const char *wanted)
{
	put_error(t, f, wanted);
	if (f->alone)
		text_put(t, "; the server sent it without that of its issuer");
	text_put(t, " (");
	certificate_put(t, f->certificate);
	text_put(t, ")");
}

static bool is_trusted_name(X509_STORE *store, const X509_NAME *name)
{
	STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(store);
	for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
		X509 *one = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
		if (one != NULL && X509_NAME_cmp(X509_get_subject_name(one), name) == 0)
			return true;
	}
	return false;
}

static bool is_sent(SSL *ssl, const X509_NAME *name)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
	for (int i = 1; chain != NULL && i < sk_X509_num(chain); i++) {
		if (X509_NAME_cmp(X509_get_subject_name(sk_X509_value(chain, i)), name) == 0)
			return true;
	}
	return false;
}

/* Where the certificate of its issuer can be had. */
static bool says_where_issuer_is(X509 *certificate)
{
	AUTHORITY_INFO_ACCESS *list = X509_get_ext_d2i(certificate, NID_info_access, NULL, NULL);
	bool says = false;
	for (int i = 0; list != NULL && i < sk_ACCESS_DESCRIPTION_num(list); i++)
		says =
		    says || OBJ_obj2nid(sk_ACCESS_DESCRIPTION_value(list, i)->method) == NID_ad_ca_issuers;
	AUTHORITY_INFO_ACCESS_free(list);
	return says;
}

void certificate_look_at_chain(struct certificate_finding *f, SSL *ssl, bool by_file)
{
	bool unknown = f->error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
	               f->error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
	               f->error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT;
	if (!unknown || f->certificate == NULL || f->depth != 0)
		return;
	const X509_NAME *issuer = X509_get_issuer_name(f->certificate);
	f->alone = !is_sent(ssl, issuer) &&
	           !is_trusted_name(SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl)), issuer) &&
	           (by_file || says_where_issuer_is(f->certificate));
}
