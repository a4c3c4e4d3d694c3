/* From a smarthost as configured to the addresses that are tried, in order, with every decision in
 * words. */
#ifndef ROUTE_ROUTE_H
#define ROUTE_ROUTE_H
#include "base/tlsa.h"
#include "diagnosis/diag.h"
#include "config/smarthost.h"

#define ROUTE_CANDIDATES_MAX 64

struct candidate {
	char name[256]; /* that led to the address */
	char address[64];
	uint16_t port;
	bool implicit; /* TLS from the first byte */
	bool vouched; /* name comes from an MX or SRV record that DNSSEC has validated, so a certificate
	                 for it will do */
	const struct tlsa_set *tlsa; /* records that count (RFC 7672); NULL = none: TLS as configured */
	const char *moved; /* as in struct diagnosis, set by who has looked (moved.h); NULL = nobody */
	char via[64]; /* address of the proxy to connect to; "" = none: address is the server's.  With
	                 one, address is the name, which the proxy looks up */
	uint16_t via_port;
};

struct route {
	struct candidate candidates[ROUTE_CANDIDATES_MAX];
	int count;
	struct tlsa_set *tlsa; /* of the candidates */
	struct buffer trace;  /* lines, LF-ended: what was asked, what was answered, what was decided */
	struct diagnosis why; /* when count is 0: stage lookup, key "dns-..." or "domain-..." */
};

/* Looks a smarthost up.  True when there is something to try; otherwise r->why says why not:
   deferred, since names can be repaired, but for a recipient's domain that has no servers
   (route/failure.h). RFC 5321 5.1 (MX order, equal ones shuffled, implicit MX), RFC 7505 (null MX),
   RFC 6186 and 8314 (SRV). */
bool route_find(const struct smarthost *smarthost, struct route *r);
void route_free(struct route *r);
#endif
