/* Beginning TLS. */
#include "relay/secure.h"
#include "base/clock.h"
#include "base/text.h"
#include "diagnosis/catalogue.h"
#include "relay/shown.h"

/* The name to verify is the one that the administrator wrote: DNS may have been forged, and whoever
   forges it has a certificate for their own name.  With DNSSEC the name that MX or SRV led to is as
   good (RFC 7672 3.2.2, RFC 6186 6); with TLSA records, the name that these are for.  bare: room
   for an address. */
static void tls_names(const struct deliver *with, const char *names[4], char bare[64])
{
	const struct smarthost *smarthost = with->smarthost;
	const struct tlsa_set *tlsa = with->candidate->tlsa;
	int n = 0;
	if (tlsa_usable(tlsa) > 0) {
		names[n++] = tlsa->owner;
		names[n++] = smarthost->host;
	} else if (smarthost->tls_name[0] != '\0') {
		names[n++] =
		    smarthost_is_literal(smarthost->tls_name, bare, 64) ? bare : smarthost->tls_name;
	} else {
		if (with->candidate->vouched)
			names[n++] = with->candidate->name;
		names[n++] = smarthost_is_literal(smarthost->host, bare, 64) ? bare : smarthost->host;
	}
	names[n] = NULL;
}

/* A server that has TLSA records has TLS (RFC 7672 2.2). */
enum smarthost_tls secure_level(const struct deliver *with)
{
	enum smarthost_tls level = with->without_tls ? SMARTHOST_TLS_OFF : with->smarthost->tls;
	if (with->candidate->tlsa == NULL)
		return level;
	if (tlsa_usable(with->candidate->tlsa) > 0)
		return SMARTHOST_TLS_VERIFY;
	return level == SMARTHOST_TLS_VERIFY ? level : SMARTHOST_TLS_ENCRYPT;
}

/* For whoever wants to write it down. */
static void show_pin(struct smtp_client *c)
{
	struct pin pin;
	TEXT(words, 300);
	tls_pin(&c->link, &pin);
	if (pin.key[0] == '\0')
		return;
	text_printf(&words, "to accept this public key alone: tls_fingerprint = %s", pin.key);
	shown_words(c, words.data);
}

bool secure_start(struct smtp_client *c)
{
	struct tls_wanted wanted = {.level = secure_level(c->with), .tlsa = c->with->candidate->tlsa};
	char bare[64];
	struct diagnosis d = {0};
	int64_t deadline_ms = clock_mono_ms() + (int64_t)c->with->config->connect_s * 1000;
	tls_names(c->with, wanted.names, bare);
	if (wanted.names[0] != NULL && *wanted.names[0] == '.')
		wanted.sni = c->with->candidate->name;
	if (!tls_start(&c->link, c->with->trust, &wanted, deadline_ms, &d)) {
		d.verdict = VERDICT_DEFERRED;
		d.stage = STAGE_TLS;
		if (d.key == REASON_TLS_PLAIN)
			d.key = c->policy.implicit_tls ? REASON_TLS_IMPLICIT_WRONG : REASON_TLS_HANDSHAKE;
		catalogue_recognise(&d);
		c->session.failure = d;
		c->session.state = SESSION_OVER;
		return false;
	}
	text_copy(c->peer.tls, sizeof c->peer.tls, d.tls);
	text_copy(c->session.doubt, sizeof c->session.doubt, d.text);
	c->session.verified = d.key == REASON_NONE;
	if (c->with->dialogue != DIALOGUE_NONE) {
		TEXT(words, 600);
		text_printf(&words, "TLS is on: %s; %s", d.tls, d.text);
		shown_words(c, words.data);
		if (c->with->probe)
			show_pin(c);
	}
	return true;
}
