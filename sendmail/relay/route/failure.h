/* A lookup that led to nothing: whose name it is, what DNS said, and what follows from it. */
#ifndef ROUTE_FAILURE_H
#define ROUTE_FAILURE_H
#include "base/text.h"
#include "config/smarthost.h"
#include "diagnosis/diag.h"
#include "relay/route/dns.h"

enum subject {
	SUBJECT_HOST,          /* the smarthost's name */
	SUBJECT_MX,            /* a domain whose MX are the smarthost */
	SUBJECT_SRV,           /* its SRV record */
	SUBJECT_TARGET,        /* a server that such a record names */
	SUBJECT_DOMAIN,        /* the recipient's domain */
	SUBJECT_DOMAIN_TARGET, /* a server that its MX names */
	SUBJECT_COUNT
};

/* "no such name (asked 192.0.2.53, 3 ms)", "no answer (192.0.2.53: no answer (5000 ms); ...)" */
void failure_put_outcome(struct text *words, const struct dns_answer *a);

/* The diagnosis of an answer without records about name (of subject).  It is deferred, with one
   exception: a recipient's domain that does not exist, or has no server, ends the mail when the
   resolver is known to work, which is asked for a name that must exist (RFC 5321 5.1).  Asks DNS
   once more to tell a resolver that fails from a zone that does. */
void failure_of_answer(const struct smarthost *smarthost, enum subject subject, const char *name,
    const struct dns_answer *a, struct diagnosis *why);

/* The same of a lone "." as MX or SRV (RFC 7505, RFC 2782). */
void failure_of_null(const struct smarthost *smarthost, enum subject subject, const char *name,
    struct diagnosis *why);
#endif
