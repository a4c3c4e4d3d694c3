/* Names to candidates.  Every step leaves a line in the trace; nothing is left out without its
 * reason. */
#include "relay/route/route.h"
#include "diagnosis/catalogue.h"
#include "base/compat.h"
#include "base/text.h"
#include "relay/route/dns.h"
#include "relay/route/here.h"
#include <stdlib.h>
#include <string.h>

static const char *const kind_keys[DNS_KINDS] = {"", "dns-nodata", "dns-nxdomain", "dns-servfail",
    "dns-timeout", "dns-lame", "dns-bad"};

/* One smarthost being looked up. */
struct search {
	struct route *route;
	const struct hop *hop;
	bool by_mx;      /* names come from MX records */
	bool vouched;    /* those records are validated */
	bool met_myself; /* direct: this machine stands in the list of MX; what comes after is less
	                    preferred */
};

/* Addresses of one name, one family. */
struct family {
	struct dns_record usable[DNS_RECORDS_MAX];
	int count;
};

/* The first reason stays: later ones follow from it. */
static void give_up(struct route *r, const char *key, const char *what, const char *name,
    const char *detail)
{
	if (r->why.verdict != VERDICT_NONE)
		return;
	diag_set(&r->why, VERDICT_DEFERRED, STAGE_LOOKUP, key, "%s %s: %s", what, name, detail);
	catalogue_recognise(&r->why);
}

/* "no such name (asked 192.0.2.53, 3 ms)", "no answer (192.0.2.53: no answer (5000 ms); ...)" */
static void put_outcome(struct text *words, const struct dns_answer *a)
{
	text_put(words, dns_kind_name(a->kind));
	if (a->kind > DNS_NXDOMAIN && a->detail[0] != '\0')
		text_printf(words, " (%s)", a->detail);
	else if (a->source[0] != '\0')
		text_printf(words, " (%s)", a->source);
}

static void give_up_answer(struct route *r, const char *what, const char *name,
    const struct dns_answer *a)
{
	TEXT(words, 500);
	put_outcome(&words, a);
	give_up(r, kind_keys[a->kind], what, name, words.data);
}

static bool is_known(const struct route *r, const char *address, uint16_t port)
{
	for (int i = 0; i < r->count; i++) {
		if (r->candidates[i].port == port && strcmp(r->candidates[i].address, address) == 0)
			return true;
	}
	return false;
}

static void add_candidate(struct search *s, const char *name, const char *address, uint16_t port)
{
	struct route *r = s->route;
	if (is_known(r, address, port)) {
		buffer_printf(&r->trace, "%s = %s: already in the list, skipped\n", name, address);
		return;
	}
	if (r->count == ROUTE_CANDIDATES_MAX) {
		buffer_printf(&r->trace, "%s = %s: more than %d addresses, skipped\n", name, address,
		    ROUTE_CANDIDATES_MAX);
		return;
	}
	struct candidate *c = &r->candidates[r->count++];
	text_copy(c->name, sizeof c->name, name);
	text_copy(c->address, sizeof c->address, address);
	c->port = port;
	c->vouched = s->vouched;
}

/* The case in which other agents decide by themselves that the domain is local.  Said loudly; the
   domain's own servers are not asked through this machine (RFC 5321 5.1), a smarthost is, because a
   mail server may run here. */
static bool is_myself(struct search *s, const char *name, const char *address)
{
	if (!here_owns(address))
		return false;
	if (!s->hop->direct) {
		buffer_printf(&s->route->trace,
		    "%s = %s is this very machine: it is asked like any other, and no mail is local for "
		    "that\n",
		    name, address);
		return false;
	}
	buffer_printf(&s->route->trace,
	    "%s = %s is this very machine, and that domain is not delivered here: skipped, with all "
	    "servers that are less preferred\n",
	    name, address);
	give_up(s->route, "dns-self", "the MX of", s->hop->host, "this very machine");
	s->met_myself = true;
	return true;
}

/* A machine without IPv6 need not try each address to find that out. */
static bool has_no_route(struct search *s, const char *name, const char *address)
{
	int error = strchr(address, ':') != NULL ? here_route_error(address) : 0;
	if (error == 0)
		return false;
	buffer_printf(&s->route->trace,
	    "%s = %s: skipped, this machine has no route for it over IPv6 (%s)\n", name, address,
	    strerror(error));
	give_up(s->route, "no-ipv6-route", "the address of", name,
	    "it has only IPv6 addresses, and this machine has no route for them");
	return true;
}

static void sift(struct search *s, const char *name, const struct dns_answer *a, struct family *f)
{
	for (int i = 0; i < a->count && f->count < DNS_RECORDS_MAX; i++) {
		if (!is_myself(s, name, a->records[i].name) && !has_no_route(s, name, a->records[i].name))
			f->usable[f->count++] = a->records[i];
	}
}

/* "MX example.org = 10 mx1.example.org, 20 mx2.example.org (asked 192.0.2.53, 12 ms)" or "MX
 * example.org: no such name (...)". */
static void trace_answer(struct route *r, const char *question, const char *type,
    const struct dns_answer *a)
{
	buffer_printf(&r->trace, "%s %s", type, question);
	if (a->alias[0] != '\0')
		buffer_printf(&r->trace, ", by another name (CNAME) %s,", a->alias);
	if (a->kind != DNS_RECORDS) {
		TEXT(words, 500);
		put_outcome(&words, a);
		buffer_printf(&r->trace, ": %s\n", words.data);
		return;
	}
	for (int i = 0; i < a->count; i++) {
		buffer_puts(&r->trace, i == 0 ? " = " : ", ");
		if (type[0] == 'M' || type[0] == 'S')
			buffer_printf(&r->trace, "%u ", a->records[i].preference);
		buffer_puts(&r->trace, a->records[i].name[0] ? a->records[i].name : ".");
		if (type[0] == 'S')
			buffer_printf(&r->trace, ":%u", a->records[i].port);
	}
	buffer_printf(&r->trace, " (%s%s)\n", a->source, a->validated ? ", validated by DNSSEC" : "");
}

/* Both families in turn, IPv6 first, so that one that does not work costs one connect limit and not
 * all of them (RFC 8305). */
static void add_interleaved(struct search *s, const char *host, uint16_t port,
    const struct family *six, const struct family *four)
{
	for (int i = 0; i < six->count || i < four->count; i++) {
		if (i < six->count)
			add_candidate(s, host, six->usable[i].name, port);
		if (i < four->count)
			add_candidate(s, host, four->usable[i].name, port);
	}
}

/* Hosts file first, as the system does it; whatever else the system asks comes last, when DNS knows
 * nothing of the name. */
static bool look_up_addresses(struct search *s, const char *host, struct family *six,
    struct family *four)
{
	struct route *r = s->route;
	struct dns_answer a, b;
	if (dns_hosts(host, &a)) {
		trace_answer(r, host, "address of", &a);
		sift(s, host, &a, four);
		return true;
	}
	dns_ask(host, DNS_A, &a);
	trace_answer(r, host, "A", &a);
	sift(s, host, &a, four);
	if (s->by_mx && a.alias[0] != '\0')
		buffer_printf(&r->trace,
		    "an MX should not lead to another name (RFC 2181 10.3); it is followed all the same\n");
	if (a.kind == DNS_TIMEOUT || a.kind == DNS_NXDOMAIN || a.kind == DNS_BAD) {
		b = a; /* the other question would have the same answer */
	} else {
		dns_ask(host, DNS_AAAA, &b);
		trace_answer(r, host, "AAAA", &b);
		sift(s, host, &b, six);
	}
	if (a.count + b.count > 0)
		return true;
	if (a.kind <= DNS_NXDOMAIN) {
		struct dns_answer c;
		dns_system(host, &c);
		if (c.count > 0) {
			trace_answer(r, host, "address of", &c);
			sift(s, host, &c, four);
			return true;
		}
	}
	give_up_answer(r, "the address of", host, a.kind > DNS_NONE ? &a : &b);
	return false;
}

static void add_host(struct search *s, const char *host, uint16_t port)
{
	struct family six = {.count = 0}, four = {.count = 0};
	char bare[64];
	if (hop_is_literal(host, bare, sizeof bare)) {
		buffer_printf(&s->route->trace,
		    "%s is an address where RFC 1035 wants a name; it is used all the same\n", host);
		if (!is_myself(s, host, bare) && !has_no_route(s, host, bare))
			add_candidate(s, host, bare, port);
		return;
	}
	look_up_addresses(s, host, &six, &four);
	add_interleaved(s, host, port, &six, &four);
}

/* Preference first; a random key among equals (RFC 5321 5.1). */
static int by_preference(const void *left, const void *right)
{
	const struct dns_record *a = left, *b = right;
	if (a->preference != b->preference)
		return a->preference < b->preference ? -1 : 1;
	return (a->weight > b->weight) - (a->weight < b->weight);
}

static void sort_mx(struct dns_answer *a)
{
	for (int i = 0; i < a->count; i++)
		a->records[i].weight = (uint16_t)compat_random();
	qsort(a->records, (size_t)a->count, sizeof a->records[0], by_preference);
}

/* RFC 2782: among equal priorities the next one is drawn, with chances as the weights say. */
static void sort_srv(struct dns_answer *a)
{
	qsort(a->records, (size_t)a->count, sizeof a->records[0], by_preference);
	for (int i = 0; i < a->count; i++) {
		uint32_t total = 0;
		int end = i, drawn = i;
		for (; end < a->count && a->records[end].preference == a->records[i].preference; end++)
			total += a->records[end].weight;
		uint32_t ball = compat_random() % (total + 1);
		while (drawn + 1 < end && ball > a->records[drawn].weight)
			ball -= a->records[drawn++].weight;
		struct dns_record chosen = a->records[drawn];
		a->records[drawn] = a->records[i];
		a->records[i] = chosen;
	}
}

/* RFC 7505 and RFC 2782: a lone "." says that the service is not offered. */
static bool is_null(const struct dns_answer *a)
{
	return a->count == 1 && (a->records[0].name[0] == '\0' || strcmp(a->records[0].name, ".") == 0);
}

static void add_records(struct search *s, const struct dns_answer *a, uint16_t fixed_port)
{
	s->vouched = a->validated;
	if (!a->validated && hop_needs_verified(s->hop))
		buffer_printf(&s->route->trace,
		    "DNSSEC vouches for none of these names: a certificate has to be for %s\n",
		    s->hop->tls_name[0] != '\0' ? s->hop->tls_name : s->hop->host);
	for (int i = 0; i < a->count && !s->met_myself; i++)
		add_host(s, a->records[i].name, fixed_port != 0 ? fixed_port : a->records[i].port);
}

static void look_up_mx(struct search *s)
{
	struct dns_answer a, file;
	const struct hop *hop = s->hop;
	struct route *r = s->route;
	dns_ask(hop->host, DNS_MX, &a);
	trace_answer(r, hop->host, "MX", &a);
	if (a.kind == DNS_RECORDS && is_null(&a)) {
		give_up(r, "dns-null-mx", "the MX of", hop->host,
		    "null MX: the domain says that it takes no mail (RFC 7505)");
	} else if (a.kind == DNS_RECORDS) {
		s->by_mx = true;
		sort_mx(&a);
		add_records(s, &a, hop->port);
	} else if (a.kind == DNS_NONE) {
		buffer_printf(&r->trace, "%s has no MX: its own address is used (RFC 5321 5.1)\n",
		    hop->host);
		add_host(s, hop->host, hop->port);
	} else {
		if (a.kind == DNS_NXDOMAIN && dns_hosts(hop->host, &file))
			buffer_printf(&r->trace,
			    "the name stands in the %s, where no MX can stand: lookup = host would use that\n",
			    file.source);
		give_up_answer(r, "the MX of", hop->host, &a);
	}
}

static void look_up_srv(struct search *s)
{
	struct dns_answer a;
	TEXT(name, 300);
	text_printf(&name, "%s._tcp.%s", s->hop->implicit ? "_submissions" : "_submission",
	    s->hop->host);
	dns_ask(name.data, DNS_SRV, &a);
	trace_answer(s->route, name.data, "SRV", &a);
	if (a.kind == DNS_RECORDS && is_null(&a)) {
		give_up(s->route, "dns-null-mx", "the SRV of", name.data,
		    "the domain says that it does not offer the service");
	} else if (a.kind == DNS_RECORDS) {
		sort_srv(&a);
		add_records(s, &a, 0);
	} else {
		give_up_answer(s->route, "the SRV of", name.data, &a);
	}
}

bool route_hop(const struct hop *hop, struct route *r)
{
	struct search s = {.route = r, .hop = hop};
	char bare[64];
	*r = (struct route){0};
	if (hop_is_literal(hop->host, bare, sizeof bare)) {
		buffer_printf(&r->trace, "%s is an address: nothing to look up\n", hop->host);
		add_candidate(&s, hop->host, bare, hop->port);
	} else if (hop->lookup == HOP_LOOKUP_MX) {
		look_up_mx(&s);
	} else if (hop->lookup == HOP_LOOKUP_SRV) {
		look_up_srv(&s);
	} else {
		add_host(&s, hop->host, hop->port);
	}
	return r->count > 0;
}

void route_free(struct route *r)
{
	buffer_free(&r->trace);
}
