/* Comparing what the sources of names say. */
#include "relay/route/moved.h"
#include "base/text.h"
#include "relay/route/dns.h"
#include <string.h>

#define NAMES_MAX 4

static bool has_record(const struct dns_answer *a, const char *name)
{
	for (int i = 0; i < a->count; i++) {
		if (text_equal_ci(a->records[i].name, name))
			return true;
	}
	return false;
}

static bool share_one(const struct dns_answer *a, const struct dns_answer *b)
{
	for (int i = 0; i < a->count; i++) {
		if (has_record(b, a->records[i].name))
			return true;
	}
	return false;
}

static bool is_candidate(const struct route *r, const struct dns_answer *a)
{
	for (int i = 0; i < r->count; i++) {
		if (has_record(a, r->candidates[i].address))
			return true;
	}
	return false;
}

/* True when the hosts file has the name. */
static bool compare_hosts(const char *name, struct text *words)
{
	struct dns_answer file, dns;
	if (!dns_hosts(name, &file))
		return false;
	const char *place = strrchr(file.source, ' ');
	const char *address = file.records[0].name;
	dns_ask_soon(name, strchr(address, ':') != NULL ? DNS_AAAA : DNS_A, &dns);
	if (dns.kind == DNS_RECORDS && !share_one(&file, &dns))
		text_printf(words,
		    "%s has %s for %s, but DNS has %s. If the server has moved, remove that line",
		    place != NULL ? place + 1 : file.source, address, name, dns.records[0].name);
	return true;
}

/* The most preferred one; NULL when there is none, or it is the name itself. */
static const char *other_server(const char *host, const struct dns_answer *mx)
{
	const struct dns_record *best = NULL;
	for (int i = 0; mx->kind == DNS_RECORDS && i < mx->count; i++) {
		if (best == NULL || mx->records[i].preference < best->preference)
			best = &mx->records[i];
	}
	bool other = best != NULL && best->name[0] != '\0' && strcmp(best->name, ".") != 0 &&
	             !has_record(mx, host);
	return other ? best->name : NULL;
}

static void compare_mx(const struct smarthost *smarthost, const struct route *r, struct text *words)
{
	struct dns_answer mx, a;
	dns_ask_soon(smarthost->host, DNS_MX, &mx);
	const char *server = other_server(smarthost->host, &mx);
	if (server == NULL)
		return;
	dns_ask_soon(server, DNS_A, &a);
	if (a.kind == DNS_RECORDS && !is_candidate(r, &a))
		text_printf(words,
		    "%s has the address %s, but its mail server in DNS (MX) is %s, %s. If that is the "
		    "smarthost, set lookup = mx",
		    smarthost->host, r->candidates[0].address, server, a.records[0].name);
}

void moved_look(const struct smarthost *smarthost, const struct route *r, struct text *words)
{
	char bare[64];
	bool in_file = false;
	int names = 0;
	for (int i = 0; i < r->count && words->length == 0 && names < NAMES_MAX; i++) {
		const char *name = r->candidates[i].name;
		bool again = i > 0 && strcmp(name, r->candidates[i - 1].name) == 0;
		if (again || smarthost_is_literal(name, bare, sizeof bare))
			continue;
		names++;
		in_file = compare_hosts(name, words) || in_file;
	}
	if (words->length == 0 && !in_file && names > 0 && !smarthost->direct &&
	    smarthost->lookup == SMARTHOST_LOOKUP_HOST)
		compare_mx(smarthost, r, words);
}
