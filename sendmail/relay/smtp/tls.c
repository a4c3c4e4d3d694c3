/* TLS with OpenSSL. */
#include "relay/smtp/tls.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/mem.h"
#include "base/text.h"
#include "relay/smtp/trust.h"
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct tls_trust {
	SSL_CTX *context;
};

/* What is wrong with the certificates that a server shows. */
struct finding {
	long error;        /* X509_V_OK: nothing */
	X509 *certificate; /* the one that it is wrong with; NULL = none */
	int depth;         /* 0: the server's own; above: those that vouch for it */
};

static void put_openssl_error(struct text *t)
{
	unsigned long code = ERR_get_error();
	const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;
	text_put(t, reason != NULL ? reason : "no reason was given");
	ERR_clear_error();
}

struct tls_trust *tls_trust(const struct hop *hop, struct diagnosis *d)
{
	TEXT(words, 200);
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
		put_openssl_error(&words);
		diag_set(d, VERDICT_DEFERRED, STAGE_TLS, "local", "OpenSSL cannot be set up: %s",
		    words.data);
		SSL_CTX_free(context);
		return NULL;
	}
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* Old servers close without the closing alert; SMTP knows by itself whether a reply was whole.
	 */
#ifdef SSL_OP_IGNORE_UNEXPECTED_EOF
	SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
#endif
	bool own = hop->tls_ca_file[0] != '\0';
	bool loaded = own ? SSL_CTX_load_verify_locations(context, hop->tls_ca_file, NULL) == 1
	                  : trust_load_system(SSL_CTX_get_cert_store(context));
	ERR_clear_error();
	if (!loaded && (own || hop->tls == HOP_TLS_VERIFY)) {
		diag_set(d, VERDICT_DEFERRED, STAGE_TLS, "tls-trust",
		    "no trusted certificate can be read from %s",
		    own ? hop->tls_ca_file : "the system's store (" COMPAT_GET_AUTHORITIES ")");
		SSL_CTX_free(context);
		return NULL;
	}
	struct tls_trust *t = mem_alloc(sizeof *t);
	t->context = context;
	return t;
}

void tls_trust_free(struct tls_trust *t)
{
	SSL_CTX_free(t->context);
	free(t);
}

/* The errors of a read or write: nothing now, closed, or broken. */
static ssize_t result_of(struct link *l, SSL *ssl, int n)
{
	int saved = errno;
	int error = SSL_get_error(ssl, n);
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return 0;
	errno = error == SSL_ERROR_SYSCALL ? saved : 0;
	if (error == SSL_ERROR_SSL) {
		struct text words;
		text_init(&words, l->error, sizeof l->error);
		text_put(&words, "TLS broke: ");
		put_openssl_error(&words);
	}
	ERR_clear_error();
	return -1;
}

static ssize_t tls_read(struct link *l, void *bytes, size_t size)
{
	size_t n = 0;
	ERR_clear_error();
	errno = 0;
	int good = SSL_read_ex(l->state, bytes, size, &n);
	return good == 1 ? (ssize_t)n : result_of(l, l->state, good);
}

static ssize_t tls_write(struct link *l, const void *bytes, size_t size)
{
	size_t n = 0;
	ERR_clear_error();
	errno = 0;
	int good = SSL_write_ex(l->state, bytes, size, &n);
	return good == 1 ? (ssize_t)n : result_of(l, l->state, good);
}

static int tls_wait_for(struct link *l, bool want_write)
{
	if (SSL_want_write((SSL *)l->state))
		return LINK_READABLE | LINK_WRITABLE;
	return LINK_READABLE | (want_write ? LINK_WRITABLE : 0);
}

static bool tls_pending(struct link *l)
{
	return SSL_has_pending(l->state) == 1;
}

static void tls_close(struct link *l)
{
	SSL_shutdown(l->state);
	SSL_free(l->state);
	l->state = NULL;
	ERR_clear_error();
	close(l->fd);
	l->fd = -1;
}

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

static const char *key_of(long error)
{
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED: return "tls-expired";
	case X509_V_ERR_CERT_NOT_YET_VALID: return "tls-not-yet-valid";
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH: return "tls-wrong-name";
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: return "tls-self-signed";
	default: return "tls-untrusted";
	}
}

static void put_whose(struct text *t, const struct finding *f)
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

/* Why the certificate is not right, with what the administrator has to compare. */
static void put_verify_words(struct text *t, const struct finding *f, const char *wanted)
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

static bool is_literal(const char *name)
{
	unsigned char bytes[16];
	return inet_pton(AF_INET, name, bytes) == 1 || inet_pton(AF_INET6, name, bytes) == 1;
}

/* The names that are wanted, for the check and for SNI.  The result of verification is looked at
   after the handshake, because the levels below verify go on in spite of it. */
static bool set_names(SSL *ssl, const char *const names[], const char *sni)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	if (names[0] == NULL)
		return false; /* any certificate would be good */
	if (sni == NULL)
		sni = names[0];
	if (!is_literal(sni) && *sni != '.' && SSL_set_tlsext_host_name(ssl, sni) != 1)
		return false;
	if (is_literal(names[0]))
		return X509_VERIFY_PARAM_set1_ip_asc(param, names[0]) == 1;
	for (int i = 0; names[i] != NULL; i++) {
		if (!is_literal(names[i]) && X509_VERIFY_PARAM_add1_host(param, names[i], 0) != 1)
			return false;
	}
	return true;
}

static bool fail(SSL *ssl, struct diagnosis *d, const char *key, const char *words)
{
	diag_set(d, VERDICT_DEFERRED, STAGE_TLS, key, "%s", words);
	SSL_free(ssl);
	ERR_clear_error();
	return false;
}

/* Never stops the handshake: what was found is judged at its end.  The name is checked first and
   counts least, so that an expired certificate for the right name is called expired. */
static int keep_going(int good, X509_STORE_CTX *context)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct finding *f = SSL_get_app_data(ssl);
	X509 *current = X509_STORE_CTX_get_current_cert(context);
	if (good == 1)
		return 1;
	if (current == NULL)
		current = X509_STORE_CTX_get0_cert(context);
	X509_free(f->certificate);
	f->error = X509_STORE_CTX_get_error(context);
	f->depth = X509_STORE_CTX_get_error_depth(context);
	f->certificate = current;
	if (current != NULL)
		X509_up_ref(current);
	return 1;
}

static bool fail_handshake(SSL *ssl, int error, struct diagnosis *d)
{
	TEXT(words, 300);
	unsigned long code = ERR_peek_error();
	int reason = ERR_GET_REASON(code);
	if (error == SSL_ERROR_SYSCALL || error == SSL_ERROR_ZERO_RETURN || code == 0)
		return fail(ssl, d, "tls-closed",
		    "the server closed the connection during the TLS handshake");
	bool version = reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_WRONG_SSL_VERSION ||
	               reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION ||
	               reason == SSL_R_WRONG_VERSION_NUMBER;
	if (reason == SSL_R_WRONG_VERSION_NUMBER)
		text_put(&words,
		    "the server did not answer with TLS (is this port for STARTTLS, or without TLS?): ");
	else if (version)
		text_put(&words, "no TLS version in common; TLS 1.2 or later is needed: ");
	else
		text_put(&words, "the TLS handshake failed: ");
	put_openssl_error(&words);
	return fail(ssl, d,
	    version && reason != SSL_R_WRONG_VERSION_NUMBER ? "tls-protocol" : "tls-handshake",
	    words.data);
}

/* The handshake to its end; 0, or an SSL_ERROR_ value, or -1 when time is up. */
static int shake_hands(SSL *ssl, int fd, int64_t deadline_ms)
{
	for (;;) {
		ERR_clear_error();
		int n = SSL_connect(ssl);
		if (n == 1)
			return 0;
		int error = SSL_get_error(ssl, n);
		if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
			return error;
		struct pollfd p = {.fd = fd, .events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT};
		int64_t left = deadline_ms - clock_mono_ms();
		if (left <= 0)
			return -1;
		if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
			return SSL_ERROR_SYSCALL;
	}
}

/* After the handshake: what the certificate is worth at this level. */
static bool judge(SSL *ssl, const struct finding *f, const char *wanted, enum hop_tls level,
    struct diagnosis *d)
{
	TEXT(words, 400);
	struct text tls;
	X509 *certificate = SSL_get_peer_certificate(ssl);
	bool shown = certificate != NULL;
	X509_free(certificate);
	text_init(&tls, d->tls, sizeof d->tls);
	text_printf(&tls, "%s ", SSL_get_version(ssl));
	if (!shown)
		text_put(&words, "the server showed no certificate");
	else if (f->certificate != NULL)
		put_verify_words(&words, f, wanted);
	else if (f->error != X509_V_OK || SSL_get_verify_result(ssl) != X509_V_OK)
		text_put(&words, "the certificate is not trusted");
	if (words.length == 0) {
		text_put(&tls, "verified");
		return true;
	}
	if (level == HOP_TLS_VERIFY)
		return fail(ssl, d, key_of(f->error), words.data);
	text_printf(&tls, "not verified: %s", key_of(f->error) + 4);
	text_copy(d->key, sizeof d->key, key_of(f->error));
	text_copy(d->text, sizeof d->text, words.data);
	return true;
}

/* A session in the place of the link; the finding lives as long as the handshake. */
static bool start(struct link *l, SSL *ssl, const char *wanted, enum hop_tls level,
    int64_t deadline_ms, struct diagnosis *d)
{
	struct finding found = {.error = X509_V_OK};
	SSL_set_app_data(ssl, &found);
	SSL_set_verify(ssl, SSL_VERIFY_PEER, keep_going);
	int error = shake_hands(ssl, l->fd, deadline_ms);
	bool good = error == 0    ? judge(ssl, &found, wanted, level, d)
	            : error == -1 ? fail(ssl, d, "tls-timeout",
	                                "the server did not finish the TLS handshake in time")
	                          : fail_handshake(ssl, error, d);
	X509_free(found.certificate);
	if (!good)
		return false;
	SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
	SSL_set_app_data(ssl, NULL);
	*l = (struct link){.read = tls_read,
	    .write = tls_write,
	    .wait_for = tls_wait_for,
	    .pending = tls_pending,
	    .close = tls_close,
	    .fd = l->fd,
	    .state = ssl};
	return true;
}

bool tls_start(struct link *l, struct tls_trust *trust, const char *const names[], const char *sni,
    enum hop_tls level, int64_t deadline_ms, struct diagnosis *d)
{
	const char *wanted = names[0] != NULL ? names[0] : "";
	SSL *ssl = trust != NULL ? SSL_new(trust->context) : NULL;
	if (ssl == NULL || SSL_set_fd(ssl, l->fd) != 1 || !set_names(ssl, names, sni))
		return fail(ssl, d, "local", "OpenSSL cannot start a session");
	return start(l, ssl, wanted, level, deadline_ms, d);
}
