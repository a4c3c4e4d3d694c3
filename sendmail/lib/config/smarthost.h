/* One smarthost as configured: [smarthost NAME]. */
#ifndef CONFIG_SMARTHOST_H
#define CONFIG_SMARTHOST_H
#include "base/text.h"
#include "config/pace_rule.h"
#include "config/proxy_url.h"
#include <stdbool.h>
#include <stdint.h>

enum smarthost_lookup { SMARTHOST_LOOKUP_HOST, SMARTHOST_LOOKUP_MX, SMARTHOST_LOOKUP_SRV };
enum smarthost_tls {
	SMARTHOST_TLS_VERIFY,
	SMARTHOST_TLS_ENCRYPT,
	SMARTHOST_TLS_OPPORTUNISTIC,
	SMARTHOST_TLS_OFF
};

/* TLSA records in DNS (RFC 7672): not asked for; they count where they are; mail waits without. */
enum smarthost_dane { SMARTHOST_DANE_NO, SMARTHOST_DANE_OPPORTUNISTIC, SMARTHOST_DANE_REQUIRE };

#define SMARTHOST_KNOWN_MAX 2
#define SMARTHOST_NAME_MAX 63 /* of a [smarthost NAME] */

struct smarthost {
	char name[256]; /* at most SMARTHOST_NAME_MAX letters, or "@DOMAIN" (smarthost_direct) */
	char host[256]; /* a name, or an address literal (lookup does not matter then) */
	enum smarthost_lookup lookup;
	uint16_t port; /* default 587, or 465 with implicit */
	enum smarthost_tls tls;
	enum smarthost_dane dane;
	bool implicit;          /* TLS from the first byte */
	char tls_name[256];     /* the certificate's name; ".DOMAIN": any below it.  Default: host; what
	                           unvalidated DNS said does not count */
	char tls_ca_file[1024]; /* PEM file of trusted CAs; "" = the system's */
	char tls_cert_file[1024];     /* PEM: our own certificate, with those above it; "" = none */
	char tls_key_file[1024];      /* PEM: its key; "" = it is in tls_cert_file */
	char tls_fingerprint[4 * 65]; /* SHA-256 in small hexadecimal digits, blanks between: these
	                                 certificates, or public keys, and no others; "" = any */
	char login[256];              /* "" = no AUTH */
	char password_file[1024];     /* absolute after reading */
	char password_command[1024];
	char auth[64]; /* ways to log in, best first: "plain login"; "" = by what the server offers */
	bool auth_without_tls;
	bool auth_to_unverified_server;
	char bind_address[64]; /* "" = system's choice */
	char proxy[300];       /* config/proxy_url.h; "" = none */
	char proxy_login[256]; /* "" = none */
	char proxy_password_file[1024];
	struct pace_rule max_messages, max_recipients;
	int burst; /* messages that may go one after the other; 0: as many as max_messages */
	int session_messages, session_recipients; /* of one session; 0: no limit */
	bool chunking;                            /* BDAT where the server offers it (RFC 3030) */
	bool by_default;                          /* takes mail for which no [route] is written */
	bool direct; /* made by smarthost_direct: host is a recipient domain, asked for its own MX */
	char known[SMARTHOST_KNOWN_MAX]
	          [256]; /* direct: names of ours that DNS must know if it works; "" = none */
	int line;        /* of the section, for messages */
};

const char *smarthost_lookup_name(enum smarthost_lookup l); /* "host", "mx", "srv" */
const char *smarthost_tls_name(
    enum smarthost_tls t); /* "verify", "encrypt", "opportunistic", "off" */

const char *smarthost_dane_name(enum smarthost_dane d); /* "no", "opportunistic", "require" */

/* That of a name of so many bytes in a list; NULL: there is none. */
const struct smarthost *smarthost_find(const struct smarthost *list, int count, const char *name,
    size_t length);

/* False with a sentence in problem, which is empty before: its keys contradict each other, or one
   is missing. */
bool smarthost_ok(const struct smarthost *h, struct text *problem);

/* Whether mail waits unless the server's certificate is right: by tls = verify, or because it is to
 * get a password. */
bool smarthost_needs_verified(const struct smarthost *smarthost);

/* Whether it may get an OAuth2 token in the place of a password. */
bool smarthost_uses_token(const struct smarthost *smarthost);

/* Whether TLSA records decide about its certificate, if there are any. */
bool smarthost_asks_tlsa(const struct smarthost *smarthost);

/* The servers of a recipient domain (RFC 5321 5.1): MX, TLS when it is offered, no login; its name
   is "@DOMAIN".  A path's domain may end in this (runner/attempt/tls_optional.h), and so the name;
   then no TLSA record counts. */
#define SMARTHOST_TLS_OPTIONAL "/tls-optional"
void smarthost_direct(struct smarthost *smarthost, const char *domain, uint16_t port);

/* True for an IPv4 or IPv6 literal, with or without brackets or the "IPv6:" tag; bare gets it in
 * the form of inet_pton. */
bool smarthost_is_literal(const char *host, char *bare, size_t size);
#endif
