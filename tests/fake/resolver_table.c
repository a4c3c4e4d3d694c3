/* The table. */
#include "tests/fake/resolver_table.h"
#include "base/text.h"
#include "relay/route/here.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct table_row *rows;
static const char *own_address = "";
static bool ipv6_routed = true, alive;
static const char *search_list = "", *denying_zone = "";

void table_set(const struct table_row *new_rows)
{
	rows = new_rows;
}
void table_own_address(const char *address)
{
	own_address = address;
}
void table_ipv6(bool routed)
{
	ipv6_routed = routed;
}
void table_alive(bool answers)
{
	alive = answers;
}
void table_zone(const char *zone)
{
	denying_zone = zone;
}
void table_search(const char *list)
{
	search_list = list;
}
bool here_owns(const char *address)
{
	return strcmp(address, own_address) == 0;
}
int here_route_error(const char *address)
{
	return strchr(address, ':') != NULL && !ipv6_routed ? ENETUNREACH : 0;
}

static void add_tlsa(struct dns_answer *a, const char *text)
{
	unsigned usage = 0, selector = 0, matching = 0, byte;
	unsigned char data[600];
	size_t size = 0;
	int at = 0;
	sscanf(text, "%u %u %u %n", &usage, &selector, &matching, &at);
	for (; sscanf(text + at, "%2x", &byte) == 1 && size < sizeof data; at += 2)
		data[size++] = (unsigned char)byte;
	a->count += tlsa_add(&a->tlsa, usage, selector, matching, data, size);
}

static void add_record(struct dns_answer *a, int type, const char *text)
{
	if (type == DNS_TLSA) {
		add_tlsa(a, text);
		return;
	}
	struct dns_record *r = &a->records[a->count++];
	unsigned preference = 0, weight = 0, port = 0;
	*r = (struct dns_record){0};
	if (type == DNS_MX)
		sscanf(text, "%u %255s", &preference, r->name);
	else if (type == DNS_SRV)
		sscanf(text, "%u %u %u %255s", &preference, &weight, &port, r->name);
	else
		sscanf(text, "%255s", r->name);
	r->preference = (uint16_t)preference;
	r->weight = (uint16_t)weight;
	r->port = (uint16_t)port;
}

static void answer(const char *name, int type, struct dns_answer *a)
{
	*a = (struct dns_answer){.kind = DNS_NXDOMAIN};
	text_copy(a->zone, sizeof a->zone, denying_zone);
	snprintf(a->source, sizeof a->source,
	    type == 0 ? "hosts file /etc/hosts:7" : "asked 192.0.2.53, 3 ms");
	for (const struct table_row *row = rows; row->name != NULL; row++) {
		if (!text_equal_ci(row->name, name))
			continue;
		if (a->kind == DNS_NXDOMAIN)
			a->kind = DNS_NONE;
		if ((row->type & ~TABLE_SIGNED) != type)
			continue;
		char copy[1024], *save = NULL;
		a->kind = row->kind;
		a->validated = (row->type & TABLE_SIGNED) != 0;
		a->held_back = row->kind == DNS_SERVFAIL && row->records != NULL;
		if (a->held_back)
			continue;
		snprintf(a->detail, sizeof a->detail, "192.0.2.53: %s (5000 ms)", dns_kind_name(row->kind));
		text_copy(a->alias, sizeof a->alias, row->alias != NULL ? row->alias : "");
		text_copy(copy, sizeof copy, row->records != NULL ? row->records : "");
		for (char *part = strtok_r(copy, ",", &save); part != NULL;
		     part = strtok_r(NULL, ",", &save))
			add_record(a, type, part);
	}
}

void dns_ask(const char *name, enum dns_type type, struct dns_answer *a)
{
	answer(name, (int)type, a);
}
void dns_ask_soon(const char *name, enum dns_type type, struct dns_answer *a)
{
	answer(name, (int)type, a);
}
void dns_complete(const char *host, struct dns_names *n)
{
	n->count = 0;
	for (const char *at = search_list; *at != '\0'; at += strcspn(at, " "), at += *at == ' ')
		snprintf(n->names[n->count++], sizeof n->names[0], "%s%.*s", host, (int)strcspn(at, " "),
		    at);
	text_copy(n->names[n->count++], sizeof n->names[0], host);
}

bool dns_is_alive(void)
{
	return alive;
}

bool dns_hosts(const char *host, struct dns_answer *a)
{
	answer(host, 0, a);
	return a->count > 0;
}
