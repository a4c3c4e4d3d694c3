/* A sentence is known by its form: what a %s or %d of it was filled with is found again, and put
   into the translation. */
#include "diagnosis/steps.h"
#include "base/language.h"
#include "base/mem.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define VALUES_MAX 8
#define DEPTH_MAX 4 /* a value that is a sentence itself */

/* The first that fits counts, so the longer form comes before the shorter one. */
static const char *const forms[] = {
    TR_LATER("%s is an address: nothing to look up"),
    TR_LATER("%s = %s: already in the list, skipped"),
    TR_LATER("%s = %s: more than %d addresses, skipped"),
    TR_LATER("%s = %s is this very machine: it is asked like any other, and no mail is local for "
             "that"),
    TR_LATER("%s = %s is this very machine, and that domain is not delivered here: skipped, with "
             "all servers that are less preferred"),
    TR_LATER("%s = %s: skipped, this machine has no route for it over IPv6 (%s)"),
    TR_LATER("%s has no MX: its own address is used (RFC 5321 5.1)"),
    TR_LATER("the name is in the %s, which cannot have MX records: lookup = host would use that "
             "entry"),
    TR_LATER("the proxy %s connects to %s"),
    TR_LATER("the proxy %s looks up %s"),
    TR_LATER("connecting to %s"),
    TR_LATER("TLS is on: %s; %s"),
    TR_LATER("to accept this public key alone: tls_fingerprint = %s"),
    TR_LATER("%s: session ready, TLS none, login %s"),
    TR_LATER("%s: session ready, TLS none"),
    TR_LATER("%s: session ready, TLS %s, login %s"),
    TR_LATER("%s: session ready, TLS %s"),
    TR_LATER("tls = opportunistic: the same server again, without TLS"),
    TR_LATER("%s: the server offers %s and refuses it: the same again without it"),
    TR_LATER("servers: the MX of %s"),
    TR_LATER("servers: none"),
    TR_LATER("servers: %s"),
    TR_LATER("%s is this machine's own name: %s"),
    TR_LATER("%s is the domain of this machine, %s: %s"),
    TR_LATER("its mail goes to the smarthost, and by [local] to a mailbox here when it has waited "
             "for %d h"),
    /* What TLS, DANE and proxies say. */
    TR_LATER(
        "the certificate is not trusted: %s; the server sent it without that of its issuer (%s)"),
    TR_LATER("the certificate is not trusted: %s (%s)"),
    TR_LATER("the certificate is not trusted"),
    TR_LATER("the certificate of the authority \"%s\" is not trusted: %s (%s)"),
    TR_LATER("the certificate expired %s (the clock of this machine says %s) (%s)"),
    TR_LATER("the certificate of the authority \"%s\" expired %s (the clock of this machine says "
             "%s) (%s)"),
    TR_LATER("the certificate is not valid before %s (the clock of this machine says %s) (%s)"),
    TR_LATER("the certificate of the authority \"%s\" is not valid before %s (the clock of this "
             "machine says %s) (%s)"),
    TR_LATER("the certificate is not for %s; it is for: no name at all (the common name %s does "
             "not count, RFC 9525) (%s)"),
    TR_LATER("the certificate is not for %s; it is for: %s (%s)"),
    TR_LATER(
        "subject %s, issuer %s, valid %s to %s, SHA-256 %s; its fingerprint is in tls_fingerprint"),
    TR_LATER(
        "subject %s, issuer %s, valid %s to %s, SHA-256 %s; a TLSA record %d %d %d of %s fits"),
    TR_LATER("subject %s, issuer %s, valid %s to %s, SHA-256 %s"),
    TR_LATER("unable to verify the first certificate"),
    TR_LATER("self-signed certificate"),
    TR_LATER("self-signed certificate in certificate chain"),
    TR_LATER("unable to get local issuer certificate"),
    TR_LATER("no fingerprint of tls_fingerprint fits the server's certificate, which a trusted "
             "authority vouches for: its public key has %s; it is %s"),
    TR_LATER("no fingerprint of tls_fingerprint fits the server's certificate: its public key has "
             "%s; it is %s"),
    TR_LATER("the server did not answer with TLS; it said: %s"),
    TR_LATER("the server did not answer with TLS"),
    TR_LATER("the server refused the client certificate of tls_cert_file (%s): %s"),
    TR_LATER("it closed the connection"),
    TR_LATER("%s: no certificate in PEM form can be read from it"),
    TR_LATER("%s: the key is protected by a passphrase, which nobody can type here"),
    TR_LATER("%s: no private key in PEM form can be read from it"),
    TR_LATER("%s: the key does not belong to the certificate in tls_cert_file"),
    TR_LATER("TLS broke: %s"),
    TR_LATER("no reason was given"),
    TR_LATER("there were bytes after the answer to STARTTLS: somebody on the way may be adding "
             "commands"),
    TR_LATER("STARTTLS is not offered, and this server (%s) always offers it: something on the way "
             "removes it"),
    TR_LATER("STARTTLS is not offered, and the TLSA records of this server say that it has TLS: "
             "something on the way removes it"),
    TR_LATER("REQUIRETLS was asked for, and the server does not offer it"),
    TR_LATER("REQUIRETLS was asked for, and the session has no TLS"),
    TR_LATER("REQUIRETLS was asked for, and the server's certificate is not verified"),
    TR_LATER("the server accepted the login without proving that it knows the password"),
    TR_LATER("the server's challenge makes no sense"),
    TR_LATER("the server could not prove that it knows the password: this may not be the server it "
             "claims to be"),
    TR_LATER("nothing proves who it is"),
    TR_LATER("OpenSSL can use none of the server's TLSA records"),
    TR_LATER("the server's certificate fits none of the %d TLSA records of %s; one for it would be "
             "3 1 1 %s; it is %s"),
    TR_LATER("the server's certificate fits none of the %d TLSA records of %s"),
    TR_LATER("%s: skipped, %s, and dane = require"),
    TR_LATER("%s: no DANE, %s"),
    TR_LATER("%s: %s: TLS is needed all the same (RFC 7672 2.2)"),
    TR_LATER("DNSSEC does not vouch for its address"),
    TR_LATER("DNSSEC does not vouch for the record of %s that names this server"),
    TR_LATER("it has no TLSA records that DNSSEC vouches for (%s)"),
    TR_LATER("none of the TLSA records of %s can be used"),
    TR_LATER("the TLSA records of %s: %s"),
    TR_LATER("the proxy %s wants a login (SOCKS5), and no proxy_login is configured"),
    TR_LATER("the proxy %s wants a login, and no proxy_login is configured: %s"),
    TR_LATER("the proxy %s accepts no login by name and password (Basic), it wants %s: %s"),
    TR_LATER("the proxy %s would get proxy_login or its password cut off: SOCKS5 has room for 255 "
             "bytes"),
    TR_LATER("the proxy %s refuses the login of proxy_login: %s"),
    TR_LATER("the proxy %s does not allow this connection: %s"),
    TR_LATER("the proxy %s does not allow this connection by its rules (SOCKS5 2)"),
    TR_LATER("the proxy %s could not connect to the server: general failure (SOCKS5 1)"),
    TR_LATER("the proxy %s could not connect to the server: network unreachable (SOCKS5 3)"),
    TR_LATER("the proxy %s could not connect to the server: host unreachable, or its name is not "
             "known there (SOCKS5 4)"),
    TR_LATER("the proxy %s could not connect to the server: connection refused (SOCKS5 5)"),
    TR_LATER("the proxy %s could not connect to the server: no answer in time (SOCKS5 6)"),
    TR_LATER("the proxy %s could not connect to the server (SOCKS5, the unknown code %d)"),
    TR_LATER("the proxy %s could not connect to the server: %s"),
    TR_LATER("the proxy %s knows no connections to servers (SOCKS5 7: command not supported)"),
    TR_LATER("the proxy %s accepts no address of this kind (SOCKS5 8)"),
    TR_LATER("the proxy %s does not speak SOCKS5: its answer makes no sense"),
    TR_LATER("the proxy %s does not speak HTTP; it said: %s"),
    TR_LATER("the proxy %s gives an answer without an end"),
    TR_LATER("the proxy %s ended the connection without an answer"),
    TR_LATER("the proxy %s did not answer in time"),
    TR_LATER("the SRV of %s: %s"),
    TR_LATER("the address of %s, which the MX of the recipient's domain %s names: %s"),
    TR_LATER("the address of %s, which the MX of %s names: %s"),
    TR_LATER("the address of %s, which the SRV of %s names: %s"),
    TR_LATER("null MX: the domain says that it accepts no mail (RFC 7505)"),
    TR_LATER("server failure, and without DNSSEC there is an answer: it is forged, or signed "
             "wrongly (%s)"),
    TR_LATER("broken answer (%s)"),
    TR_LATER("asked %s, %d ms"),
    TR_LATER("asked %s by TCP, %d ms"),
    TR_LATER("not asked: no-aaaa in /etc/resolv.conf"),
    TR_LATER("%s, after the message was sent whole and before the server answered"),
    TR_LATER("%s, with %d messages sent and not answered"),
    TR_LATER("%s, %s: TLS: %s"),
    TR_LATER("%s, %s: STARTTLS: %s"),
    TR_LATER("%s, %s: connect: %s"),
    TR_LATER("%s: lookup: %s"),
    TR_LATER("address of %s = %s (%s)"),
    TR_LATER("address of %s: %s"),
    TR_LATER("hosts file %s"),
    TR_LATER("the proxy at %s for %s"),
    /* What reasons and mailq health say. */
    TR_LATER("connected to %s"),
    TR_LATER("the server accepts mail for this recipient"),
    TR_LATER("the server accepted the connection and closed it without a greeting"),
    TR_LATER("the connection broke: %s"),
    TR_LATER("the server closed the connection"),
    TR_LATER("the time for one session (%d s) is used up"),
    TR_LATER("the server did not answer in time (waited at %s)"),
    TR_LATER("the proxy %s cannot be reached: %s"),
    TR_LATER("the server speaks TLS from the first byte, and implicit = no"),
    TR_LATER("%s answers on this port, no mail server; it said: %s"),
    TR_LATER("the server's reply does not begin with an SMTP code; it said: %s"),
    TR_LATER("a login is configured, but this session has no TLS, and the password is not sent in "
             "the clear"),
    TR_LATER(
        "a login is configured, but the server is not verified, so the password was not sent: %s"),
    TR_LATER(
        "a login is configured, but the server offers no AUTH that can be used here (offered: %s)"),
    TR_LATER("the server does not offer STARTTLS, and TLS is required"),
    TR_LATER("STARTTLS is overwritten (XXXX) in what the server offers: something on the way "
             "removes it"),
    TR_LATER("the message has %d bytes, the server accepts at most %d"),
    TR_LATER("no certificate in PEM form can be read from it"),
    TR_LATER("the server asked for a client certificate, got none, and ended the connection"),
    TR_LATER("the server closed the connection during the TLS handshake"),
    TR_LATER("the server did not finish the TLS handshake in time"),
    TR_LATER("no TLS version in common; TLS 1.2 or later is needed: %s"),
    TR_LATER("the TLS handshake failed: %s"),
    TR_LATER("the server showed no certificate"),
    TR_LATER("this certificate is not accepted by OpenSSL: %s"),
    TR_LATER("no trusted certificate can be read from %s"),
    TR_LATER("no smarthost is configured for this mail"),
    TR_LATER("every address was tried in this attempt"),
    TR_LATER("Connection refused by this very machine: %s leads to it"),
    TR_LATER("the session process was ended by signal %d"),
    TR_LATER("not delivered within %d h; the last reason: %s"),
    TR_LATER("not delivered within %d h; it was never tried"),
    TR_LATER("%s names no smarthost: add a section [smarthost main] with host = NAME"),
    TR_LATER("mail to this address is refused on this machine: [local] deliver = refuse"),
    TR_LATER("there is no user %s on this machine"),
    TR_LATER("no such name (%s)"),
    TR_LATER("no records of this type (%s)"),
    TR_LATER("server failure (%s)"),
    TR_LATER("no answer (%s)"),
    TR_LATER("the address of %s: %s"),
    TR_LATER("the MX of %s: %s"),
    TR_LATER("the recipient's domain %s: %s"),
    TR_LATER("Connection refused"),
    TR_LATER("Connection timed out"),
    TR_LATER("Connection reset by peer"),
    TR_LATER("No route to host"),
    TR_LATER("Network is unreachable"),
    TR_LATER("no such name"),
    TR_LATER("no answer"),
    TR_LATER("smarthost %s, %s: end of data: %s"),
    TR_LATER("smarthost %s, %s: %s: %s"),
    TR_LATER("the servers of %s, %s: end of data: %s"),
    TR_LATER("the servers of %s, %s: %s: %s"),
    TR_LATER("local mailbox, %s"),
    TR_LATER("not tried yet: the runner is not running"),
    TR_LATER("not tried yet"),
    TR_LATER("waiting will not fix this: %s"),
    TR_LATER("%d for the same reason, which needs a change: %s"),
    TR_LATER("%d for the same reason: %s"),
    TR_LATER("next try in %d s"),
    TR_LATER("next try in %d min"),
    TR_LATER("next try in %d h"),
    TR_LATER("next try now"),
    TR_LATER("passed over: %s"),
    TR_LATER("%d set aside"),
};

struct values {
	struct {
		const char *at;
		size_t length;
	} list[VALUES_MAX];
	int count;
};

/* Bytes of a value: up to what follows it in the form; for %d only digits. */
static bool take_value(const char **said, const char *rest, bool number, struct values *v)
{
	size_t literal = strcspn(rest, "%"), length = strlen(*said);
	if (literal > 0) {
		char *next = mem_copy_n(rest, literal);
		const char *end = strstr(*said, next);
		free(next);
		if (end == NULL)
			return false;
		length = (size_t)(end - *said);
	}
	for (size_t i = 0; number && i < length; i++) {
		if (!isdigit((unsigned char)(*said)[i]))
			return false;
	}
	if (v->count == VALUES_MAX || length == 0)
		return false;
	v->list[v->count].at = *said;
	v->list[v->count++].length = length;
	*said += length;
	return true;
}

static bool fits(const char *said, const char *form, struct values *v)
{
	v->count = 0;
	while (*form != '\0') {
		if (*form == '%') {
			if (!take_value(&said, form + 2, form[1] != 's', v))
				return false;
			form += 2;
		} else if (*form++ != *said++) {
			return false;
		}
	}
	return *said == '\0';
}

static void put(struct text *words, const char *step, int depth);

/* The translation with the values: %s and %d in turn, or %2$s. */
static void fill(struct text *words, const char *format, const struct values *v, int depth)
{
	for (int turn = 0; *format != '\0';) {
		size_t literal = strcspn(format, "%");
		text_put_n(words, format, literal);
		format += literal;
		if (*format == '\0')
			break;
		size_t digits = strspn(format + 1, "0123456789");
		bool placed = format[1 + digits] == '$';
		int at = placed ? atoi(format + 1) - 1 : turn++;
		format += 1 + (placed ? digits + 1 : 0) + 1;
		if (at < 0 || at >= v->count)
			continue;
		char *value = mem_copy_n(v->list[at].at, v->list[at].length);
		put(words, value, depth + 1);
		free(value);
	}
}

static void put(struct text *words, const char *step, int depth)
{
	struct values v;
	for (size_t i = 0; depth < DEPTH_MAX && i < sizeof forms / sizeof forms[0]; i++) {
		const char *other = TR(forms[i]);
		if (other == forms[i] || !fits(step, forms[i], &v))
			continue;
		fill(words, other, &v, depth);
		return;
	}
	/* A whole sentence that has a translation of its own. */
	const char *other = strchr(step, '%') == NULL && depth > 0 ? TR(step) : step;
	text_put(words, other);
}

void step_put(struct text *words, const char *step)
{
	put(words, step, 0);
}
