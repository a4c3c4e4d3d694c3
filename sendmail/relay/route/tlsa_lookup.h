/* The TLSA records of a server (RFC 7672 2.2): whether they count, and where they are. */
#ifndef ROUTE_TLSA_LOOKUP_H
#define ROUTE_TLSA_LOOKUP_H
#include "base/tlsa.h"
#include "config/smarthost.h"
#include "diagnosis/diag.h"
#include "base/mem.h"

/* A server, and what DNSSEC vouches for on the way to its addresses. */
struct tlsa_host {
	const char *name, *alias; /* alias: the name it leads to (CNAME), "" = none */
	uint16_t port;
	bool chosen; /* that it is a server of the domain: by configuration, or by a validated record */
	bool located; /* its addresses, with each CNAME on the way */
};

/* Asks, with a line in the trace for each question and decision.  True: the server may be tried;
   *set gets its records, NULL when there are none that count; who calls frees it.  False: mail to
   it has to wait, and *key and words say why: with dane = require when no usable records are there,
   and always when DNS is to have them and does not answer, for else who can stop DNS could stop
   TLS (RFC 7672 2.1.2). */
bool tlsa_look_up(const struct smarthost *smarthost, const struct tlsa_host *h,
    struct buffer *trace, struct tlsa_set **set, enum reason_key *key, struct text *words);
#endif
