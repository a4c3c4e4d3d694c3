/* DANE: which names are asked for, and what follows from the answers. */
#include "relay/route/tlsa_lookup.h"
#include "relay/route/dns.h"
#include "relay/route/failure.h"
#include "relay/route/trace.h"
#include <stdlib.h>

/* One server being looked at. */
struct look {
	const struct smarthost *smarthost;
	const struct tlsa_host *host;
	struct buffer *trace;
	struct dns_answer answer;
	enum reason_key *key;
	struct text *words;
};

static bool has_to_wait(struct look *l, enum reason_key key)
{
	*l->key = key;
	buffer_printf(l->trace, "%s: skipped, %s\n", l->host->name, l->words->data);
	return false;
}

/* Without records that count: as if nothing had been asked, unless they are required. */
static bool go_without(struct look *l, enum reason_key key)
{
	if (l->smarthost->dane == SMARTHOST_DANE_REQUIRE) {
		text_put(l->words, ", and dane = require");
		return has_to_wait(l, key);
	}
	buffer_printf(l->trace, "%s: no DANE, %s\n", l->host->name, l->words->data);
	return true;
}

/* Where its addresses are not vouched for, the name itself may be: the CNAME is in a signed zone,
   and leads out of it (RFC 7672 2.1.3). */
static bool is_alias_vouched(struct look *l)
{
	if (l->host->alias[0] == '\0')
		return false;
	dns_ask(l->host->name, DNS_CNAME, &l->answer);
	trace_answer(l->trace, l->host->name, "CNAME", &l->answer);
	return l->answer.kind == DNS_RECORDS && l->answer.validated;
}

/* The names under which records may be, the one at the end of the CNAMEs first; their number. */
static int names_of(struct look *l, const char *names[2])
{
	int count = 0;
	if (!l->host->located && !is_alias_vouched(l))
		return 0;
	if (l->host->located && l->host->alias[0] != '\0')
		names[count++] = l->host->alias;
	names[count++] = l->host->name;
	return count;
}

/* One name; false when DNS fails. */
static bool ask(struct look *l, const char *name)
{
	TEXT(question, 300);
	text_printf(&question, "_%u._tcp.%s", l->host->port, name);
	dns_ask(question.data, DNS_TLSA, &l->answer);
	trace_answer(l->trace, question.data, "TLSA", &l->answer);
	if (l->answer.kind <= DNS_NXDOMAIN)
		return true;
	text_printf(l->words, "the TLSA records of %s: ", question.data);
	failure_put_outcome(l->words, &l->answer);
	return false;
}

static bool use(struct look *l, const char *name, struct tlsa_set **set)
{
	struct tlsa_set *found = mem_alloc(sizeof *found);
	*found = l->answer.tlsa;
	found->port = l->host->port;
	text_copy(found->owner, sizeof found->owner, name);
	*set = found;
	if (tlsa_usable(found) > 0)
		return true;
	text_printf(l->words, "none of the TLSA records of _%u._tcp.%s can be used", found->port, name);
	if (l->smarthost->dane == SMARTHOST_DANE_REQUIRE) {
		free(found);
		*set = NULL;
		return go_without(l, REASON_DANE_UNUSABLE);
	}
	buffer_printf(l->trace, "%s: %s: TLS is needed all the same (RFC 7672 2.2)\n", l->host->name,
	    l->words->data);
	return true;
}

static bool look(struct look *l, struct tlsa_set **set)
{
	const char *names[2];
	if (!l->host->chosen) {
		text_printf(l->words, "DNSSEC does not vouch for the record of %s that names this server",
		    l->smarthost->host);
		return go_without(l, REASON_DANE_INSECURE);
	}
	int count = names_of(l, names);
	if (count == 0) {
		text_put(l->words, "DNSSEC does not vouch for its address");
		return go_without(l, REASON_DANE_INSECURE);
	}
	for (int i = 0; i < count; i++) {
		if (!ask(l, names[i]))
			return has_to_wait(l, REASON_DANE_LOOKUP);
		if (l->answer.kind == DNS_RECORDS && l->answer.validated)
			return use(l, names[i], set);
	}
	text_printf(l->words, "it has no TLSA records that DNSSEC vouches for (_%u._tcp.%s)",
	    l->host->port, names[0]);
	return go_without(l, REASON_DANE_MISSING);
}

bool tlsa_look_up(const struct smarthost *smarthost, const struct tlsa_host *h,
    struct buffer *trace, struct tlsa_set **set, enum reason_key *key, struct text *words)
{
	struct look *l = mem_alloc(sizeof *l);
	*l = (struct look){.smarthost = smarthost,
	    .host = h,
	    .trace = trace,
	    .key = key,
	    .words = words};
	*set = NULL;
	bool good = look(l, set);
	free(l);
	return good;
}
