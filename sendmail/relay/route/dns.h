/* Questions about names.  route.c asks through these functions only; tests link
   tests/fake/resolver_table.c in place of resolver.c, hosts.c and here.c.  Every answer says who
   gave it and how long it took: an admin must be able to ask the same. */
#ifndef ROUTE_DNS_H
#define ROUTE_DNS_H
#include "base/tlsa.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define DNS_RECORDS_MAX 32

enum dns_kind {
	DNS_RECORDS,  /* an answer with records */
	DNS_NONE,     /* the name exists, without records of this type */
	DNS_NXDOMAIN, /* the name does not exist */
	DNS_SERVFAIL, /* the server tried and failed */
	DNS_TIMEOUT,  /* no server answered */
	DNS_LAME,     /* the server refuses to look names up for us, or only points elsewhere */
	DNS_BAD,      /* an answer that makes no sense, or a question that cannot be asked */
	DNS_KINDS
};

enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_MX = 15,
	DNS_AAAA = 28,
	DNS_SRV = 33,
	DNS_TLSA = 52
};

struct dns_record {
	char name[256];        /* MX, SRV, NS, SOA, CNAME: host; A, AAAA: numeric form */
	uint16_t preference;   /* MX preference, SRV priority */
	uint16_t weight, port; /* SRV */
};

struct dns_answer {
	enum dns_kind kind;
	int count;
	bool held_back; /* DNS_SERVFAIL: there is an answer, and DNSSEC says that it is forged or
	                   wrongly signed */
	int left_out;   /* records beyond DNS_RECORDS_MAX; of MX and SRV the least preferred ones */
	bool validated; /* by DNSSEC, says a resolver that is trusted (dns_is_trusted) */
	struct dns_record records[DNS_RECORDS_MAX];
	struct tlsa_set tlsa; /* TLSA: count of them, in the place of records */
	char alias[256];      /* the name that the one asked leads to (CNAME); "" = none */
	char
	    zone[256]; /* without records: the zone that says so ("." = the root); "" = none is named */
	char source[160]; /* "asked 192.0.2.53, 12 ms", "hosts file /etc/hosts:7" */
	char detail[300]; /* for kinds other than DNS_RECORDS: what each server did */
};

/* Asks the servers of resolv.conf(5), one after the other; a cut answer is asked for again over
 * TCP.  name is complete: no search list; "." is the root. */
void dns_ask(const char *name, enum dns_type type, struct dns_answer *a);

/* The same of the first server alone, which gets a second: for what is good to know, and not worth
 * waiting for. */
void dns_ask_soon(const char *name, enum dns_type type, struct dns_answer *a);

/* Whether somebody has said of server i that it validates and that nobody forges its answers on the
   way: one of this very machine, or all of them by "options trust-ad" of resolv.conf(5). */
bool dns_is_trusted(int i);

/* The names that one which an administrator wrote leads to, in the order in which they are to be
   asked: with the search list and ndots of resolv.conf(5).  A dot at its end means that it is
   complete. */
#define DNS_NAMES_MAX 8
struct dns_names {
	char names[DNS_NAMES_MAX][256];
	int count;
};
void dns_complete(const char *host, struct dns_names *n);

/* Words of resolv.conf(5) that are not heeded here, with blanks between; "" = none. */
const char *dns_unheeded(void);

/* True when some server of resolv.conf(5) answers at all, whatever it says, to a question about the
   root; waits 2 s for each. */
bool dns_is_alive(void);

/* Server i of resolv.conf(5); NULL after the last. */
const char *dns_server(int i);

/* One question to one server, by UDP or TCP: the kind of its answer (DNS_TIMEOUT: none, *error is
 * why) and the time that it took. */
enum dns_kind dns_try(const char *server, const char *name, enum dns_type type, bool tcp,
    int *error, int64_t *took_ms);

/* Addresses from the hosts file; false when it has none for the name.  localhost is known without
   it (RFC 6761 6.3).  What else nsswitch.conf(5) may name is not asked: its modules read the
   network, and cannot be confined. */
bool dns_hosts(const char *host, struct dns_answer *a);

/* The same from an open file. */
bool dns_hosts_read(FILE *file, const char *host, struct dns_answer *a);

const char *dns_kind_name(
    enum dns_kind k); /* "records", "no records", "no such name", "server failure", ... */

/* Puts a question into bytes (512 are enough); its length, 0 when the name cannot be asked.  RFC
 * 1035 4.1. */
size_t dns_question(const char *name, enum dns_type type, uint16_t id, unsigned char *bytes,
    size_t size);

/* Reads an answer's bytes: kind, records, alias.  False when they are no answer to that question;
 * *cut: the rest is to be had by TCP.  Pure. */
bool dns_parse(const unsigned char *bytes, size_t length, const char *name, enum dns_type type,
    uint16_t id, struct dns_answer *a, bool *cut);
#endif
