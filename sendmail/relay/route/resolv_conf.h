/* resolv.conf(5), with its defaults. */
#ifndef ROUTE_RESOLV_CONF_H
#define ROUTE_RESOLV_CONF_H
#include "relay/route/dns.h"

#define RESOLV_CONF_SERVERS_MAX 3
#define RESOLV_CONF_SEARCH_MAX 6

struct resolv_conf {
	char servers[RESOLV_CONF_SERVERS_MAX][64]; /* without any: this machine itself */
	int count, timeout_s, attempts, ndots;
	bool rotate;   /* the servers take turns at being asked first */
	bool tcp;      /* all questions by TCP */
	bool no_ipv6;  /* no question for IPv6 addresses */
	bool trust_ad; /* what the servers say of DNSSEC is believed */
	bool no_tld;   /* a name without a dot is not asked for as it is */
	char search[RESOLV_CONF_SEARCH_MAX][256];
	int search_count;
	char unheeded[200]; /* words that mean something there, and nothing here, with blanks between */
};

/* Never fails: a file that cannot be read means the server 127.0.0.1, as in resolv.conf(5). */
void resolv_conf_read(struct resolv_conf *c);

/* The names for one that somebody wrote (dns_complete). */
void resolv_conf_complete(const struct resolv_conf *c, const char *host, struct dns_names *n);
#endif
