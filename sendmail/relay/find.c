/* Asking for SRV and MX records. */
#include "relay/find.h"
#include "base/fields.h"
#include "base/text.h"
#include "relay/route/dns.h"
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

static int by_preference(const void *left, const void *right)
{
	const struct dns_record *a = left, *b = right;
	return a->preference != b->preference ? a->preference - b->preference
	                                      : (int)b->weight - (int)a->weight;
}

/* A lone "." says that there is no such service (RFC 2782, RFC 7505). */
static void put(const char *kind, const char *name, enum dns_type type)
{
	struct dns_answer a;
	dns_ask(name, type, &a);
	if (a.kind != DNS_RECORDS)
		return;
	qsort(a.records, (size_t)a.count, sizeof a.records[0], by_preference);
	for (int i = 0; i < a.count; i++) {
		struct buffer line = {0};
		if (a.records[i].name[0] == '\0' || a.records[i].name[0] == '.')
			continue;
		fields_put(&line, "kind", kind);
		fields_put(&line, "host", a.records[i].name);
		fields_put_number(&line, "port", type == DNS_SRV ? a.records[i].port : 0);
		printf("%s\n", buffer_string(&line));
		buffer_free(&line);
	}
}

int find_print(const char *domain)
{
	TEXT(name, 300);
	text_printf(&name, "_submissions._tcp.%s", domain);
	put("submissions", name.data, DNS_SRV);
	text_init(&name, name.data, name.size);
	text_printf(&name, "_submission._tcp.%s", domain);
	put("submission", name.data, DNS_SRV);
	put("mx", domain, DNS_MX);
	return EX_OK;
}
