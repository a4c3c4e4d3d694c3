/* Names to candidates.  Every step leaves a line in the trace. */
#include "route/route.h"
#include "base/catalogue.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/text.h"
#include "route/dns.h"
#include <stdlib.h>
#include <string.h>

static const char *const kind_keys[] = {"", "dns-nodata", "dns-nxdomain", "dns-timeout", "dns-servfail"};

/* The first reason stays: later ones follow from it. */
static void give_up(struct route *r, const char *key, const char *what, const char *name, const char *detail)
{
	if (r->why.verdict != VERDICT_NONE)
		return;
	diag_set(&r->why, VERDICT_DEFERRED, STAGE_LOOKUP, key, "%s %s: %s", what, name, detail);
	catalogue_recognise(&r->why);
}

static const char *detail_of(const struct dns_answer *a)
{
	return a->detail[0] != '\0' ? a->detail : dns_kind_name(a->kind);
}

static bool is_known(const struct route *r, const char *address, uint16_t port)
{
	for (int i = 0; i < r->count; i++) {
		if (r->candidates[i].port == port && strcmp(r->candidates[i].address, address) == 0)
			return true;
	}
	return false;
}

static void add_candidate(struct route *r, const char *name, const char *address, uint16_t port)
{
	if (is_known(r, address, port)) {
		buffer_printf(&r->trace, "%s = %s: already in the list, skipped\n", name, address);
		return;
	}
	if (r->count == ROUTE_CANDIDATES_MAX)
		return;
	struct candidate *c = &r->candidates[r->count++];
	text_copy(c->name, sizeof c->name, name);
	text_copy(c->address, sizeof c->address, address);
	c->port = port;
}

/* "mail.example.org addresses = 192.0.2.1, 2001:db8::1 (3 ms)" or "...: no such name (3 ms)". */
static void trace_answer(struct route *r, const char *question, const char *kind, const struct dns_answer *a, int64_t took_ms)
{
	buffer_printf(&r->trace, "%s %s", question, kind);
	if (a->kind != DNS_RECORDS)
		buffer_printf(&r->trace, ": %s", dns_kind_name(a->kind));
	for (int i = 0; i < a->count; i++) {
		buffer_puts(&r->trace, i == 0 ? " = " : ", ");
		if (kind[0] != 'a')
			buffer_printf(&r->trace, "%u ", a->records[i].preference);
		buffer_puts(&r->trace, a->records[i].name[0] ? a->records[i].name : ".");
		if (kind[0] == 'S')
			buffer_printf(&r->trace, ":%u", a->records[i].port);
	}
	buffer_printf(&r->trace, " (%lld ms)\n", (long long)took_ms);
}

static bool add_host(struct route *r, const char *host, uint16_t port)
{
	struct dns_answer a;
	int64_t start_ms = clock_mono_ms();
	dns_addresses(host, &a);
	trace_answer(r, host, "addresses", &a, clock_mono_ms() - start_ms);
	if (a.kind != DNS_RECORDS)
		give_up(r, kind_keys[a.kind], "the address of", host, detail_of(&a));
	for (int i = 0; i < a.count; i++)
		add_candidate(r, host, a.records[i].name, port);
	return a.count > 0;
}

/* Preference first; a random key among equals (RFC 5321 5.1, RFC 2782 in its simplest reading). */
static int by_preference(const void *left, const void *right)
{
	const struct dns_record *a = left, *b = right;
	if (a->preference != b->preference)
		return a->preference < b->preference ? -1 : 1;
	return (a->weight > b->weight) - (a->weight < b->weight);
}

static void sort_records(struct dns_answer *a)
{
	for (int i = 0; i < a->count; i++)
		a->records[i].weight = (uint16_t)compat_random();
	qsort(a->records, (size_t)a->count, sizeof a->records[0], by_preference);
}

/* RFC 7505 and RFC 2782: a lone "." says that the service is not offered. */
static bool is_null(const struct dns_answer *a)
{
	return a->count == 1 && (a->records[0].name[0] == '\0' || strcmp(a->records[0].name, ".") == 0);
}

static void add_records(struct route *r, struct dns_answer *a, uint16_t fixed_port)
{
	sort_records(a);
	for (int i = 0; i < a->count; i++)
		add_host(r, a->records[i].name, fixed_port != 0 ? fixed_port : a->records[i].port);
}

static void look_up_mx(struct route *r, const struct hop *hop)
{
	struct dns_answer a;
	int64_t start_ms = clock_mono_ms();
	dns_mx(hop->host, &a);
	trace_answer(r, hop->host, "MX", &a, clock_mono_ms() - start_ms);
	if (a.kind == DNS_RECORDS && is_null(&a)) {
		give_up(r, "dns-null-mx", "the MX of", hop->host, "null MX: the domain says that it takes no mail");
	} else if (a.kind == DNS_RECORDS) {
		add_records(r, &a, hop->port);
	} else if (a.kind == DNS_NONE) {
		buffer_printf(&r->trace, "%s has no MX: its own address is used (RFC 5321 5.1)\n", hop->host);
		add_host(r, hop->host, hop->port);
	} else {
		give_up(r, kind_keys[a.kind], "the MX of", hop->host, detail_of(&a));
	}
}

static void look_up_srv(struct route *r, const struct hop *hop)
{
	struct dns_answer a;
	TEXT(name, 300);
	text_printf(&name, "%s._tcp.%s", hop->implicit ? "_submissions" : "_submission", hop->host);
	int64_t start_ms = clock_mono_ms();
	dns_srv(name.data, &a);
	trace_answer(r, name.data, "SRV", &a, clock_mono_ms() - start_ms);
	if (a.kind == DNS_RECORDS && is_null(&a))
		give_up(r, "dns-null-mx", "the SRV of", name.data, "the domain says that it does not offer the service");
	else if (a.kind == DNS_RECORDS)
		add_records(r, &a, 0);
	else
		give_up(r, kind_keys[a.kind], "the SRV of", name.data, detail_of(&a));
}

bool route_hop(const struct hop *hop, struct route *r)
{
	char bare[64];
	*r = (struct route){0};
	if (hop_is_literal(hop->host, bare, sizeof bare)) {
		add_candidate(r, hop->host, bare, hop->port);
		buffer_printf(&r->trace, "%s is an address: nothing to look up\n", hop->host);
	} else if (hop->lookup == HOP_LOOKUP_MX) {
		look_up_mx(r, hop);
	} else if (hop->lookup == HOP_LOOKUP_SRV) {
		look_up_srv(r, hop);
	} else {
		add_host(r, hop->host, hop->port);
	}
	return r->count > 0;
}

void route_free(struct route *r)
{
	buffer_free(&r->trace);
}
