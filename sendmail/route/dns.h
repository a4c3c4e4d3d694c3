/* Questions to the resolver.  route.c asks through these functions only; tests link resolver_table.c in place of resolver_libc.c. */
#ifndef ROUTE_DNS_H
#define ROUTE_DNS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_RECORDS_MAX 32

enum dns_kind {
	DNS_RECORDS,  /* an answer with records */
	DNS_NONE,     /* the name exists, without records of this kind */
	DNS_NXDOMAIN, /* the name does not exist */
	DNS_AGAIN,    /* no answer now: time-out or server failure */
	DNS_BAD       /* an answer that makes no sense, or a question that cannot be asked */
};

struct dns_record {
	char name[256];     /* MX, SRV: host; addresses: numeric form */
	uint16_t preference; /* MX preference, SRV priority */
	uint16_t weight, port; /* SRV */
};

struct dns_answer {
	enum dns_kind kind;
	int count;
	struct dns_record records[DNS_RECORDS_MAX];
	char detail[120];   /* words of the resolver for kinds other than DNS_RECORDS */
};

void dns_mx(const char *domain, struct dns_answer *a);
void dns_srv(const char *name, struct dns_answer *a);
/* IPv4 and IPv6, through the hosts file and DNS as the system is configured, in the system's order (RFC 6724). */
void dns_addresses(const char *host, struct dns_answer *a);

const char *dns_kind_name(enum dns_kind k); /* "records", "no records", "no such name", "no answer", "broken answer" */

/* Reads MX (15) or SRV (33) records out of an answer's bytes; pure.  False when the bytes are no answer; records that are
   broken make the kind DNS_BAD. */
bool dns_parse(const unsigned char *bytes, size_t length, int type, struct dns_answer *a);
#endif
