/* TLS with OpenSSL. */
#include "relay/smtp/tls.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/mem.h"
#include "base/text.h"
#include "relay/smtp/certificate.h"
#include "relay/smtp/identity.h"
#include "relay/smtp/speaks.h"
#include "relay/smtp/tls_dane.h"
#include "relay/smtp/tls_link.h"
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
	bool by_file; /* the authorities are those of tls_ca_file, and no others */
	/* these certificates alone; "" = any */
	char pins[sizeof((struct smarthost *)0)->tls_fingerprint];
};

/* What comes before the answer to our first words. */
struct head {
	char bytes[160];
	size_t length;
};

enum { SHAKE_LATE = -1, SHAKE_PLAIN = -2 };

static void put_openssl_error(struct text *t)
{
	unsigned long code = ERR_get_error();
	const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;
	text_put(t, reason != NULL ? reason : "no reason was given");
	ERR_clear_error();
}

struct tls_trust *tls_trust(const struct smarthost *smarthost, const struct buffer *key,
    struct diagnosis *d)
{
	TEXT(words, 200);
	TEXT(why, 100);
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_dane_enable(context) != 1) {
		put_openssl_error(&words);
		diag_set(d, VERDICT_DEFERRED, STAGE_TLS, REASON_LOCAL, "OpenSSL cannot be set up: %s",
		    words.data);
		SSL_CTX_free(context);
		return NULL;
	}
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* Old servers close without the closing alert; SMTP knows whether a reply was whole. */
#ifdef SSL_OP_IGNORE_UNEXPECTED_EOF
	SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
#endif
	bool own = smarthost->tls_ca_file[0] != '\0';
	bool loaded = trust_load(SSL_CTX_get_cert_store(context), smarthost->tls_ca_file, &why);
	bool pinned = smarthost->tls_fingerprint[0] != '\0';
	if (!loaded && (own || (smarthost->tls == SMARTHOST_TLS_VERIFY && !pinned))) {
		diag_set(d, VERDICT_DEFERRED, STAGE_TLS, REASON_TLS_TRUST,
		    "no trusted certificate can be read from %s%s%s",
		    own ? smarthost->tls_ca_file : "the system's store (" COMPAT_GET_AUTHORITIES ")",
		    own ? ": " : "", why.data);
		SSL_CTX_free(context);
		return NULL;
	}
	struct tls_trust *t = mem_alloc(sizeof *t);
	*t = (struct tls_trust){.context = context, .by_file = own};
	if (smarthost->tls_cert_file[0] != '\0' && !identity_use(context, smarthost, key, d)) {
		tls_trust_free(t);
		return NULL;
	}
	text_copy(t->pins, sizeof t->pins, smarthost->tls_fingerprint);
	return t;
}

void tls_put_ending(const struct tls_trust *t, struct text *words)
{
	identity_put_ending(t->context, words);
}

void tls_trust_free(struct tls_trust *t)
{
	SSL_CTX_free(t->context);
	free(t);
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

static bool fail(SSL *ssl, struct diagnosis *d, enum reason_key key, const char *words)
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
	struct certificate_finding *f = SSL_get_app_data(ssl);
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

/* It speaks, but not TLS. */
static bool fail_plain(SSL *ssl, const struct head *head, struct diagnosis *d)
{
	const char *service = speaks_service(head->bytes, head->length);
	TEXT(words, 300);
	text_printf(&words,
	    "%s; it said: ", service != NULL ? service : "the server did not answer with TLS");
	speaks_quote(&words, head->bytes, head->length);
	return fail(ssl, d, service != NULL ? REASON_OTHER_PROTOCOL : REASON_TLS_PLAIN, words.data);
}

static bool fail_handshake(SSL *ssl, int error, const struct certificate_finding *f,
    struct diagnosis *d)
{
	TEXT(words, 300);
	unsigned long code = ERR_peek_error();
	int reason = ERR_GET_REASON(code);
	if (f->wanted && (code == 0 || identity_is_unwanted(reason))) {
		TEXT(refusal, 450);
		enum reason_key key =
		    identity_put_refusal(ssl, code != 0 ? ERR_reason_error_string(code) : "", &refusal);
		return fail(ssl, d, key, refusal.data);
	}
	if (error == SSL_ERROR_SYSCALL || error == SSL_ERROR_ZERO_RETURN || code == 0)
		return fail(ssl, d, REASON_TLS_CLOSED,
		    "the server closed the connection during the TLS handshake");
	bool version = reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_WRONG_SSL_VERSION ||
	               reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION;
	if (version)
		text_put(&words, "no TLS version in common; TLS 1.2 or later is needed: ");
	else
		text_put(&words, "the TLS handshake failed: ");
	put_openssl_error(&words);
	return fail(ssl, d, version ? REASON_TLS_PROTOCOL : REASON_TLS_HANDSHAKE, words.data);
}

/* The first bytes that come, before OpenSSL takes them. */
static bool is_plain(int fd, struct head *head)
{
	if (head->length >= 2)
		return false;
	ssize_t n = recv(fd, head->bytes, sizeof head->bytes, MSG_PEEK | MSG_DONTWAIT);
	head->length = n > 0 ? (size_t)n : 0;
	return head->length >= 2 && !speaks_tls(head->bytes, head->length);
}

/* The handshake to its end; 0, or an SSL_ERROR_ value, or SHAKE_. */
static int shake_hands(SSL *ssl, int fd, int64_t deadline_ms, struct head *head)
{
	for (;;) {
		if (is_plain(fd, head))
			return SHAKE_PLAIN;
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
			return SHAKE_LATE;
		if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
			return SSL_ERROR_SYSCALL;
	}
}

/* The server wants a certificate of ours. */
static int note_wish(SSL *ssl, void *context)
{
	struct certificate_finding *f = context;
	(void)ssl;
	f->wanted = true;
	return 1;
}

/* With tls_fingerprint nothing else counts: neither authority, name nor date. */
static bool judge_pinned(SSL *ssl, const struct certificate_finding *f, const char *pins,
    struct diagnosis *d)
{
	TEXT(words, 500);
	struct text tls;
	struct pin pin;
	X509 *certificate = SSL_get_peer_certificate(ssl);
	if (certificate == NULL)
		return fail(ssl, d, REASON_TLS_FINGERPRINT, "the server showed no certificate");
	pin_of(certificate, &pin);
	bool fits = pin_fits(pins, &pin);
	if (!fits)
		text_printf(&words,
		    "no fingerprint of tls_fingerprint fits the server's certificate%s: its public key has "
		    "%s; it is ",
		    f->error == X509_V_OK ? ", which a trusted authority vouches for" : "", pin.key);
	certificate_put(&words, certificate);
	X509_free(certificate);
	if (!fits)
		return fail(ssl, d, REASON_TLS_FINGERPRINT, words.data);
	text_init(&tls, d->tls, sizeof d->tls);
	text_printf(&tls, "%s verified", SSL_get_version(ssl));
	text_printf(&words, "; its fingerprint is in tls_fingerprint");
	text_copy(d->text, sizeof d->text, words.data);
	return true;
}

/* With TLSA records they count, at any level. */
static bool judge_by_tlsa(SSL *ssl, const struct certificate_finding *f,
    const struct tlsa_set *tlsa, struct diagnosis *d)
{
	TEXT(words, 600);
	struct text tls;
	enum reason_key key = REASON_NONE;
	X509 *certificate = SSL_get_peer_certificate(ssl);
	if (certificate != NULL)
		certificate_put(&words, certificate);
	X509_free(certificate);
	TEXT(problem, 600);
	if (!tls_dane_judge(ssl, tlsa, f, &key, &problem))
		return fail(ssl, d, key, problem.data);
	text_put(&words, problem.data);
	text_init(&tls, d->tls, sizeof d->tls);
	text_printf(&tls, "%s verified, DANE", SSL_get_version(ssl));
	text_copy(d->text, sizeof d->text, words.data);
	return true;
}

/* After the handshake: what the certificate is worth at this level. */
static bool judge(SSL *ssl, const struct certificate_finding *f, const char *wanted,
    enum smarthost_tls level, struct diagnosis *d)
{
	TEXT(words, 500);
	struct text tls;
	X509 *certificate = SSL_get_peer_certificate(ssl);
	bool shown = certificate != NULL;
	TEXT(itself, 400);
	if (shown)
		certificate_put(&itself, certificate);
	X509_free(certificate);
	text_init(&tls, d->tls, sizeof d->tls);
	text_printf(&tls, "%s ", SSL_get_version(ssl));
	if (!shown)
		text_put(&words, "the server showed no certificate");
	else if (f->certificate != NULL)
		certificate_put_problem(&words, f, wanted);
	else if (f->error != X509_V_OK || SSL_get_verify_result(ssl) != X509_V_OK)
		text_put(&words, "the certificate is not trusted");
	if (words.length == 0) {
		text_put(&tls, "verified");
		text_copy(d->text, sizeof d->text, itself.data);
		return true;
	}
	if (level == SMARTHOST_TLS_VERIFY)
		return fail(ssl, d, certificate_key(f), words.data);
	text_printf(&tls, "not verified: %s", reason_word(certificate_key(f)) + 4);
	d->key = certificate_key(f);
	text_copy(d->text, sizeof d->text, words.data);
	return true;
}

/* A session in the place of the link; the finding is kept as long as the handshake. */
static bool start(struct link *l, SSL *ssl, const struct tls_wanted *wanted,
    const struct tls_trust *trust, int64_t deadline_ms, struct diagnosis *d)
{
	struct certificate_finding found = {.error = X509_V_OK};
	struct head head = {.length = 0};
	SSL_set_app_data(ssl, &found);
	SSL_set_verify(ssl, SSL_VERIFY_PEER, keep_going);
	SSL_set_cert_cb(ssl, note_wish, &found);
	int error = shake_hands(ssl, l->fd, deadline_ms, &head);
	if (error == 0)
		certificate_look_at_chain(&found, ssl, trust->by_file);
	bool good;
	if (error == 0 && trust->pins[0] != '\0')
		good = judge_pinned(ssl, &found, trust->pins, d);
	else if (error == 0 && tlsa_usable(wanted->tlsa) > 0)
		good = judge_by_tlsa(ssl, &found, wanted->tlsa, d);
	else if (error == 0)
		good = judge(ssl, &found, wanted->names[0], wanted->level, d);
	else if (error == SHAKE_LATE)
		good =
		    fail(ssl, d, REASON_TLS_TIMEOUT, "the server did not finish the TLS handshake in time");
	else
		good = error == SHAKE_PLAIN ? fail_plain(ssl, &head, d)
		                            : fail_handshake(ssl, error, &found, d);
	X509_free(found.certificate);
	if (!good)
		return false;
	SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
	SSL_set_app_data(ssl, NULL);
	SSL_set_cert_cb(ssl, NULL, NULL);
	tls_link(l, ssl, found.wanted);
	return true;
}

bool tls_start(struct link *l, struct tls_trust *trust, const struct tls_wanted *wanted,
    int64_t deadline_ms, struct diagnosis *d)
{
	SSL *ssl = trust != NULL ? SSL_new(trust->context) : NULL;
	bool by_tlsa = tlsa_usable(wanted->tlsa) > 0;
	if (ssl != NULL && by_tlsa && !tls_dane_set(ssl, wanted->tlsa))
		return fail(ssl, d, REASON_DANE_MISMATCH,
		    "OpenSSL can use none of the server's TLSA records");
	if (ssl == NULL || SSL_set_fd(ssl, l->fd) != 1 || !set_names(ssl, wanted->names, wanted->sni))
		return fail(ssl, d, REASON_LOCAL, "OpenSSL cannot start a session");
	return start(l, ssl, wanted, trust, deadline_ms, d);
}

enum reason_key tls_put_refusal(struct link *l, struct text *words)
{
	if (l->error[0] == '\0')
		return identity_put_refusal(l->state, "", words);
	text_put(words, l->error);
	return SSL_get_certificate(l->state) != NULL ? REASON_TLS_CERTIFICATE_REFUSED
	                                             : REASON_TLS_CLIENT_CERTIFICATE;
}

void tls_pin(const struct link *l, struct pin *pin)
{
	X509 *certificate = SSL_get_peer_certificate(l->state);
	*pin = (struct pin){0};
	if (certificate != NULL)
		pin_of(certificate, pin);
	X509_free(certificate);
}

void tls_hello(struct buffer *out, const char *name)
{
	char *bytes = NULL;
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = context != NULL ? SSL_new(context) : NULL;
	BIO *in = BIO_new(BIO_s_mem()), *said = BIO_new(BIO_s_mem());
	if (ssl != NULL && in != NULL && said != NULL) {
		SSL_set_bio(ssl, in, said);
		if (!is_literal(name))
			SSL_set_tlsext_host_name(ssl, name);
		SSL_connect(ssl);
		long length = BIO_get_mem_data(said, &bytes);
		if (length > 0)
			buffer_add(out, bytes, (size_t)length);
		in = said = NULL;
	}
	BIO_free(in);
	BIO_free(said);
	SSL_free(ssl);
	SSL_CTX_free(context);
	ERR_clear_error();
}
