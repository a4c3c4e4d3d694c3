/* Names to candidates.  Every step leaves a line in the trace; nothing is left out without its
 * reason. */
#include "relay/route/route.h"
#include "diagnosis/catalogue.h"
#include "base/text.h"
#include "relay/route/dns.h"
#include "relay/route/failure.h"
#include "relay/route/here.h"
#include "relay/route/order.h"
#include "relay/route/proxied.h"
#include "relay/route/tlsa_lookup.h"
#include "relay/route/trace.h"
#include <stdlib.h>
#include <string.h>

/* One smarthost being looked up. */
struct search {
	struct route *route;
	const struct smarthost *smarthost;
	enum subject subject; /* of the names that are asked for addresses */
	bool implicit;        /* TLS from the first byte */
	bool vouched;         /* those records are validated */
	bool met_myself;      /* direct: this machine is in the list of MX; what comes after is less
	                         preferred */
};

/* Addresses of one name, one family. */
struct family {
	struct dns_record usable[DNS_RECORDS_MAX];
	int count;
};

/* A server that was looked up. */
struct located {
	struct family six, four;
	char name[256], alias[256]; /* the name that was asked for; where it leads, "" = none */
	bool validated;             /* all of it */
	struct tlsa_set *tlsa;      /* of the route */
};

/* The first reason stays: later ones follow from it. */
static void give_up(struct route *r, enum reason_key key, const char *words)
{
	if (r->why.verdict != VERDICT_NONE)
		return;
	diag_set(&r->why, VERDICT_DEFERRED, STAGE_LOOKUP, key, "%s", words);
	catalogue_recognise(&r->why);
}

static void give_up_answer(struct search *s, enum subject subject, const char *name,
    const struct dns_answer *a)
{
	if (s->route->why.verdict == VERDICT_NONE)
		failure_of_answer(s->smarthost, subject, name, a, &s->route->why);
}

static bool is_known(const struct route *r, const char *address, uint16_t port)
{
	for (int i = 0; i < r->count; i++) {
		if (r->candidates[i].port == port && strcmp(r->candidates[i].address, address) == 0)
			return true;
	}
	return false;
}

static void add_candidate(struct search *s, const char *name, const char *address, uint16_t port,
    const struct tlsa_set *tlsa)
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
	c->implicit = s->implicit;
	c->tlsa = tlsa;
}

/* The case in which other agents decide by themselves that the domain is local.  Said loudly; the
   domain's own servers are not asked through this machine (RFC 5321 5.1), a smarthost is, because a
   mail server may run here. */
static bool is_myself(struct search *s, const char *name, const char *address)
{
	if (!here_owns(address))
		return false;
	if (!s->smarthost->direct) {
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
	TEXT(words, 400);
	text_printf(&words, "the MX of %s: this very machine", s->smarthost->host);
	give_up(s->route, REASON_DNS_SELF, words.data);
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
	TEXT(words, 400);
	text_printf(&words,
	    "the address of %s: it has only IPv6 addresses, and this machine has no route for them",
	    name);
	give_up(s->route, s->smarthost->direct ? REASON_DOMAIN_NO_IPV6 : REASON_NO_IPV6_ROUTE,
	    words.data);
	return true;
}

static bool is_target(enum subject s)
{
	return s == SUBJECT_TARGET || s == SUBJECT_DOMAIN_TARGET;
}

static void sift(struct search *s, const char *name, const struct dns_answer *a, struct family *f)
{
	for (int i = 0; i < a->count && f->count < DNS_RECORDS_MAX; i++) {
		if (!is_myself(s, name, a->records[i].name) && !has_no_route(s, name, a->records[i].name))
			f->usable[f->count++] = a->records[i];
	}
}

/* Both families in turn, IPv6 first, so that one that does not work costs one connect limit and not
 * all of them (RFC 8305). */
static void add_interleaved(struct search *s, uint16_t port, const struct located *l)
{
	for (int i = 0; i < l->six.count || i < l->four.count; i++) {
		if (i < l->six.count)
			add_candidate(s, l->name, l->six.usable[i].name, port, l->tlsa);
		if (i < l->four.count)
			add_candidate(s, l->name, l->four.usable[i].name, port, l->tlsa);
	}
}

/* Both questions about l->name; true when there are addresses.  *a gets the answer that says why
   not. */
static bool ask_addresses(struct search *s, struct located *l, struct dns_answer *a)
{
	struct route *r = s->route;
	struct dns_answer b;
	dns_ask(l->name, DNS_A, a);
	trace_answer(&r->trace, l->name, "A", a);
	sift(s, l->name, a, &l->four);
	if (a->alias[0] != '\0' && is_target(s->subject) && s->smarthost->lookup == SMARTHOST_LOOKUP_MX)
		buffer_printf(&r->trace,
		    "an MX should not lead to another name (RFC 2181 10.3); it is used anyway\n");
	if (a->kind == DNS_TIMEOUT || a->kind == DNS_NXDOMAIN || a->kind == DNS_BAD)
		return false; /* the other question would have the same answer */
	dns_ask(l->name, DNS_AAAA, &b);
	trace_answer(&r->trace, l->name, "AAAA", &b);
	sift(s, l->name, &b, &l->six);
	l->validated = (a->count == 0 || a->validated) && (b.count == 0 || b.validated);
	text_copy(l->alias, sizeof l->alias, a->alias[0] != '\0' ? a->alias : b.alias);
	bool found = a->count + b.count > 0;
	if (!found && a->kind <= DNS_NONE)
		*a = b;
	return found;
}

/* The names that one which an administrator wrote leads to; what DNS or a mail address names is
   complete. */
static void complete(const struct search *s, const char *host, struct dns_names *n)
{
	if (s->subject == SUBJECT_HOST || s->subject == SUBJECT_MX) {
		dns_complete(host, n);
		return;
	}
	n->count = 1;
	text_copy(n->names[0], sizeof n->names[0], host);
}

/* Hosts file first, as the system does it.  A server that fails ends the search, and so does a name
   that exists without an address: what a later name leads to may be another's. */
static bool look_up_addresses(struct search *s, const char *host, struct located *l)
{
	struct dns_answer a = {.kind = DNS_BAD};
	struct dns_names n;
	text_copy(l->name, sizeof l->name, host);
	if (dns_hosts(host, &a)) {
		trace_answer(&s->route->trace, host, "address of", &a);
		sift(s, host, &a, &l->four);
		return true;
	}
	complete(s, host, &n);
	for (int i = 0; i < n.count; i++) {
		text_copy(l->name, sizeof l->name, n.names[i]);
		if (ask_addresses(s, l, &a))
			return true;
		if (a.kind != DNS_NXDOMAIN)
			break;
	}
	give_up_answer(s, s->subject, host, &a);
	return false;
}

/* Its TLSA records, where they are wanted and nothing else decides; false: it may not be used. */
static bool look_up_tlsa(struct search *s, uint16_t port, struct located *l)
{
	const struct smarthost *smarthost = s->smarthost;
	const struct tlsa_host h = {.name = l->name,
	    .alias = l->alias,
	    .port = port,
	    .chosen = s->vouched || s->subject == SUBJECT_HOST,
	    .located = l->validated};
	enum reason_key key = REASON_NONE;
	TEXT(words, 500);
	TEXT(reason, 800);
	if (!smarthost_asks_tlsa(smarthost))
		return true;
	bool good = tlsa_look_up(smarthost, &h, &s->route->trace, &l->tlsa, &key, &words);
	text_printf(&reason, "%s: %s", l->name, words.data);
	if (!good)
		give_up(s->route, key, reason.data);
	if (l->tlsa != NULL) {
		l->tlsa->next = s->route->tlsa;
		s->route->tlsa = l->tlsa;
	}
	return good;
}

static void add_literal(struct search *s, const char *host, const char *bare, uint16_t port)
{
	struct located l = {.validated = false};
	text_copy(l.name, sizeof l.name, bare);
	if (look_up_tlsa(s, port, &l))
		add_candidate(s, host, bare, port, NULL);
}

static void add_host(struct search *s, const char *host, uint16_t port)
{
	struct located l = {.validated = false};
	char bare[64];
	if (smarthost_is_literal(host, bare, sizeof bare)) {
		buffer_printf(&s->route->trace,
		    "%s is an address where RFC 1035 wants a name; it is used anyway\n", host);
		if (!is_myself(s, host, bare) && !has_no_route(s, host, bare))
			add_literal(s, host, bare, port);
		return;
	}
	look_up_addresses(s, host, &l);
	if (l.six.count + l.four.count > 0 && look_up_tlsa(s, port, &l))
		add_interleaved(s, port, &l);
}

/* RFC 7505 and RFC 2782: a lone "." says that the service is not offered. */
static bool is_null(const struct dns_answer *a)
{
	return a->count == 1 && (a->records[0].name[0] == '\0' || strcmp(a->records[0].name, ".") == 0);
}

static void add_records(struct search *s, const struct dns_answer *a, uint16_t fixed_port)
{
	s->vouched = a->validated;
	if (!a->validated && smarthost_needs_verified(s->smarthost))
		buffer_printf(&s->route->trace,
		    "DNSSEC vouches for none of these names: a certificate has to be for %s\n",
		    s->smarthost->tls_name[0] != '\0' ? s->smarthost->tls_name : s->smarthost->host);
	for (int i = 0; i < a->count && !s->met_myself; i++)
		add_host(s, a->records[i].name, fixed_port != 0 ? fixed_port : a->records[i].port);
}

/* Asks for the MX of a domain that an administrator wrote as the system would complete it. */
static void ask_mx(const struct search *s, char domain[256], struct dns_answer *a)
{
	struct dns_names n;
	complete(s, s->smarthost->host, &n);
	*a = (struct dns_answer){.kind = DNS_BAD};
	for (int i = 0; i < n.count; i++) {
		text_copy(domain, 256, n.names[i]);
		dns_ask(domain, DNS_MX, a);
		trace_answer(&s->route->trace, domain, "MX", a);
		if (a->kind != DNS_NXDOMAIN)
			return;
	}
}

static void look_up_mx(struct search *s)
{
	struct dns_answer a, file;
	const struct smarthost *smarthost = s->smarthost;
	struct route *r = s->route;
	char domain[256];
	ask_mx(s, domain, &a);
	if (a.kind == DNS_RECORDS && is_null(&a)) {
		failure_of_null(smarthost, s->subject, domain, &r->why);
	} else if (a.kind == DNS_RECORDS) {
		s->subject = smarthost->direct ? SUBJECT_DOMAIN_TARGET : SUBJECT_TARGET;
		order_mx(&a);
		add_records(s, &a, smarthost->port);
	} else if (a.kind == DNS_NONE) {
		buffer_printf(&r->trace, "%s has no MX: its own address is used (RFC 5321 5.1)\n", domain);
		s->vouched = a.validated;
		add_host(s, domain, smarthost->port);
	} else if (a.kind == DNS_NXDOMAIN && dns_hosts(smarthost->host, &file)) {
		buffer_printf(&r->trace,
		    "the name is in the %s, which cannot have MX records: lookup = host would use that "
		    "entry\n",
		    file.source);
		give_up_answer(s, SUBJECT_MX, domain, &a);
	} else {
		give_up_answer(s, s->subject, domain, &a);
	}
}

/* One of the two services; *a gets the answer. */
static void ask_service(struct search *s, const char *service, bool implicit, struct text *name,
    struct dns_answer *a)
{
	name->length = 0;
	text_printf(name, "%s._tcp.%s", service, s->smarthost->host);
	dns_ask(name->data, DNS_SRV, a);
	trace_answer(&s->route->trace, name->data, "SRV", a);
	if (a->kind != DNS_RECORDS || is_null(a))
		return;
	s->implicit = implicit;
	order_srv(a);
	add_records(s, a, 0);
}

/* RFC 8314 5.1: TLS from the first byte is preferred, STARTTLS comes after it; each only where the
   configuration allows it. */
static void look_up_srv(struct search *s)
{
	struct dns_answer a = {.kind = DNS_NONE};
	const struct smarthost *smarthost = s->smarthost;
	TEXT(name, 300);
	s->subject = SUBJECT_TARGET;
	if (smarthost->tls != SMARTHOST_TLS_OFF || smarthost->implicit)
		ask_service(s, "_submissions", true, &name, &a);
	bool failing = a.kind == DNS_SERVFAIL || a.kind == DNS_TIMEOUT;
	if (!smarthost->implicit && !failing)
		ask_service(s, "_submission", false, &name, &a);
	if (a.kind == DNS_RECORDS && is_null(&a))
		failure_of_null(smarthost, SUBJECT_SRV, name.data, &s->route->why);
	else if (a.kind != DNS_RECORDS && s->route->count == 0)
		give_up_answer(s, SUBJECT_SRV, name.data, &a);
}

static bool find(const struct smarthost *smarthost, struct route *r)
{
	struct search s = {.route = r, .smarthost = smarthost, .implicit = smarthost->implicit};
	char bare[64];
	*r = (struct route){0};
	s.subject = smarthost->direct                          ? SUBJECT_DOMAIN
	            : smarthost->lookup == SMARTHOST_LOOKUP_MX ? SUBJECT_MX
	                                                       : SUBJECT_HOST;
	if (smarthost_is_literal(smarthost->host, bare, sizeof bare)) {
		buffer_printf(&r->trace, "%s is an address: nothing to look up\n", smarthost->host);
		add_literal(&s, smarthost->host, bare, smarthost->port);
	} else if (smarthost->lookup == SMARTHOST_LOOKUP_MX) {
		look_up_mx(&s);
	} else if (smarthost->lookup == SMARTHOST_LOOKUP_SRV) {
		look_up_srv(&s);
	} else {
		add_host(&s, smarthost->host, smarthost->port);
	}
	return r->count > 0;
}

bool route_find(const struct smarthost *smarthost, struct route *r)
{
	struct smarthost proxy;
	if (smarthost->proxy[0] == '\0')
		return find(smarthost, r);
	proxied_ask(smarthost, &proxy);
	find(&proxy, r);
	proxied_answer(smarthost, r);
	return r->count > 0;
}

void route_free(struct route *r)
{
	for (struct tlsa_set *next; r->tlsa != NULL; r->tlsa = next) {
		next = r->tlsa->next;
		free(r->tlsa);
	}
	buffer_free(&r->trace);
}
