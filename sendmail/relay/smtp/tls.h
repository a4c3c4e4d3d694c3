/* TLS on a link, with OpenSSL.  All files are read by tls_trust, before confinement. */
#ifndef SMTP_TLS_H
#define SMTP_TLS_H
#include "base/mem.h"
#include "base/tlsa.h"
#include "relay/smtp/link.h"
#include "relay/smtp/pin.h"

struct tls_trust; /* opaque: context with the trusted CAs */

/* Loads trust for a hop: its CA file, else the system's store: whole files and directories are read
   now; its own certificate, with key, the text of the file that has its key (NULL where there is
   no tls_cert_file).  Protocols: TLS 1.2 and later.  NULL with key "tls-trust" (CA file missing,
   unreadable, holds no certificate) or "tls-own-certificate". */
struct tls_trust *tls_trust(const struct smarthost *smarthost, const struct buffer *key,
    struct diagnosis *d);
void tls_trust_free(struct tls_trust *t);

/* Its own certificate, when it has expired, ends within a week or is not valid yet: words. */
void tls_put_ending(const struct tls_trust *t, struct text *words);

/* Who the server has to be. */
struct tls_wanted {
	const char *names[4]; /* NULL-terminated: any one in the certificate is good.  One that begins
	                         with a dot is for any name below it; an IP literal is matched against
	                         IP SANs.  The common name does not count (RFC 9525 6.3) */
	const char *sni;      /* the name that it is asked for; NULL: names[0] */
	enum smarthost_tls level;
	const struct tlsa_set *tlsa; /* with usable records: they decide, and no authority */
};

/* Runs the handshake to its end or to deadline_ms (monotonic clock), waiting with poll(2), and puts
   TLS on the link.
   SMARTHOST_TLS_VERIFY refuses a certificate that is not trusted, expired, not yet valid, or
   for another name; other levels go on. d->tls gets "TLSv1.3 verified", and d->text describes the
   certificate; or "TLSv1.3 not verified: expired", and d->key and d->text say what is wrong,
   although the level goes on in spite of it. On failure false, with a text in plain words and one
   of these keys: tls-untrusted, tls-chain, tls-self-signed, tls-expired tls-not-yet-valid text has
   both the certificate's date and this machine's clock tls-wrong-name           text lists the
   names in the certificate and the name wanted tls-protocol             no version in common
     tls-plain                no TLS at all; text quotes it
     tls-fingerprint          the hop has tls_fingerprint, and none of them fits
     dane-mismatch            no TLSA record fits
     tls-client-certificate, tls-certificate-refused, tls-handshake, tls-timeout, tls-closed,
     other-protocol */
bool tls_start(struct link *l, struct tls_trust *trust, const struct tls_wanted *wanted,
    int64_t deadline_ms, struct diagnosis *d);

/* The server, which had asked for a certificate of ours, ended the connection: the key and the
 * words. */
enum reason_key tls_put_refusal(struct link *l, struct text *words);

/* The fingerprints of the server, once TLS is on. */
void tls_pin(const struct link *l, struct pin *pin);

/* Appends the first message of a handshake, as a client says it; name: of the server. */
void tls_hello(struct buffer *out, const char *name);
#endif
