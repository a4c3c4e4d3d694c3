/* Answers from a table, in place of the resolver, the hosts file and the kernel.  For unit tests of
 * the route; chosen at link time. */
#ifndef TESTS_RESOLVER_TABLE_H
#define TESTS_RESOLVER_TABLE_H
#include "relay/route/dns.h"

#define TABLE_SIGNED 0x100

struct table_row {
	const char *name;
	int type; /* enum dns_type, with TABLE_SIGNED: validated by DNSSEC; 0: the hosts file */
	enum dns_kind kind;
	const char *records; /* "10 mx1.example.org, 20 mx2.example.org" or "192.0.2.1, 192.0.2.2"; SRV:
	                        "10 5 587 name"; TLSA: "3 1 1 0a1b...".  With DNS_SERVFAIL: what DNSSEC
	                        holds back */
	const char *alias;
};

/* Rows until one without a name; names that are not in it do not exist. */
void table_set(const struct table_row *rows);
void table_own_address(const char *address); /* "" = none */
void table_ipv6(bool routed);
void table_alive(bool answers);      /* that some server answers questions about the root */
void table_zone(const char *zone);   /* that denies what is not in the table */
void table_search(const char *list); /* ".corp.test .test": tried before the name itself */
#endif
