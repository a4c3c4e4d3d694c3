/* Who is meant. */
#include "relay/route/failure.h"
#include "diagnosis/catalogue.h"
#include <string.h>

static const enum reason_key keys[SUBJECT_COUNT][DNS_KINDS] = {
    {REASON_NONE, REASON_DNS_NODATA, REASON_DNS_NXDOMAIN, REASON_DNS_ZONE_FAILING,
        REASON_DNS_ZONE_FAILING, REASON_DNS_LAME, REASON_DNS_BAD},
    {REASON_NONE, REASON_DNS_MX_MISSING, REASON_DNS_MX_MISSING, REASON_DNS_ZONE_FAILING,
        REASON_DNS_ZONE_FAILING, REASON_DNS_LAME, REASON_DNS_BAD},
    {REASON_NONE, REASON_DNS_SRV_MISSING, REASON_DNS_SRV_MISSING, REASON_DNS_ZONE_FAILING,
        REASON_DNS_ZONE_FAILING, REASON_DNS_LAME, REASON_DNS_BAD},
    {REASON_NONE, REASON_DNS_TARGET_MISSING, REASON_DNS_TARGET_MISSING, REASON_DNS_ZONE_FAILING,
        REASON_DNS_ZONE_FAILING, REASON_DNS_LAME, REASON_DNS_TARGET_MISSING},
    {REASON_NONE, REASON_DOMAIN_NO_SERVER, REASON_DOMAIN_MISSING, REASON_DOMAIN_ZONE_FAILING,
        REASON_DOMAIN_ZONE_FAILING, REASON_DNS_LAME, REASON_DOMAIN_MISSING},
    {REASON_NONE, REASON_DOMAIN_TARGET_MISSING, REASON_DOMAIN_TARGET_MISSING,
        REASON_DOMAIN_ZONE_FAILING, REASON_DOMAIN_ZONE_FAILING, REASON_DNS_LAME,
        REASON_DOMAIN_TARGET_MISSING},
};

/* After the kinds that say something about the name: the same of the resolver itself. */
static enum reason_key key_of_resolver(enum dns_kind kind)
{
	return kind == DNS_TIMEOUT ? REASON_DNS_TIMEOUT : REASON_DNS_SERVFAIL;
}

void failure_put_outcome(struct text *words, const struct dns_answer *a)
{
	text_put(words, dns_kind_name(a->kind));
	if (a->held_back)
		text_put(words, ", and without DNSSEC there is an answer: it is forged, or signed wrongly");
	if (a->kind > DNS_NXDOMAIN && a->detail[0] != '\0')
		text_printf(words, " (%s)", a->detail);
	else if (a->source[0] != '\0')
		text_printf(words, " (%s)", a->source);
}

static void put_subject(struct text *words, const struct smarthost *smarthost, enum subject subject,
    const char *name)
{
	switch (subject) {
	case SUBJECT_HOST: text_printf(words, "the address of %s", name); break;
	case SUBJECT_MX: text_printf(words, "the MX of %s", name); break;
	case SUBJECT_SRV: text_printf(words, "the SRV of %s", name); break;
	case SUBJECT_TARGET:
		text_printf(words, "the address of %s, which %s of %s names", name,
		    smarthost->lookup == SMARTHOST_LOOKUP_SRV ? "the SRV" : "the MX", smarthost->host);
		break;
	case SUBJECT_DOMAIN: text_printf(words, "the recipient's domain %s", name); break;
	default:
		text_printf(words, "the address of %s, which the MX of the recipient's domain %s names",
		    name, smarthost->host);
	}
}

static enum dns_kind ask(const char *name, enum dns_type type)
{
	struct dns_answer a;
	dns_ask(name, type, &a);
	return a.kind;
}

/* A top-level domain that there must be: a resolver for which it does not exist knows another
   Internet than this one. */
static bool is_famous(const char *domain)
{
	static const char *const names[] = {"com", "net", "org", "edu", "gov", "mil", "int", "info"};
	const char *dot = strrchr(domain, '.'), *last = dot != NULL ? dot + 1 : domain;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (text_equal_ci(last, names[i]))
			return true;
	}
	return strlen(last) == 2;
}

/* Does the resolver know anything?  The zone that denies the name, the root, or a name of our own
   configuration has to exist for it. */
static bool is_credible(const struct smarthost *smarthost, const char *name,
    const struct dns_answer *a)
{
	bool by_root = strcmp(a->zone, ".") == 0;
	if (by_root && is_famous(name))
		return false;
	if (!by_root && a->zone[0] != '\0' && text_in_domain(name, a->zone) &&
	    ask(a->zone, DNS_SOA) == DNS_RECORDS)
		return true;
	if (ask(".", DNS_NS) == DNS_RECORDS)
		return true;
	for (int i = 0; i < SMARTHOST_KNOWN_MAX && smarthost->known[i][0] != '\0'; i++) {
		if (ask(smarthost->known[i], DNS_A) <= DNS_NONE)
			return true;
	}
	return false;
}

/* No question can be made of it: no resolver is needed to know that. */
static bool is_no_name(const char *name)
{
	unsigned char bytes[300];
	return dns_question(name, DNS_A, 0, bytes, sizeof bytes) == 0;
}

static enum reason_key choose_key(const struct smarthost *smarthost, enum subject subject,
    const char *name, const struct dns_answer *a, enum verdict *verdict)
{
	enum reason_key key = keys[subject][a->kind];
	*verdict = VERDICT_DEFERRED;
	if (a->kind == DNS_TIMEOUT)
		return dns_is_alive() ? key : key_of_resolver(a->kind);
	if (a->kind == DNS_SERVFAIL && a->held_back)
		return REASON_DNS_BOGUS;
	if (a->kind == DNS_SERVFAIL)
		return ask(".", DNS_NS) == DNS_RECORDS ? key : key_of_resolver(a->kind);
	if (subject != SUBJECT_DOMAIN || a->kind == DNS_LAME)
		return key;
	if (a->kind == DNS_BAD && !is_no_name(name))
		return REASON_DNS_BAD;
	if (a->kind != DNS_BAD && !is_credible(smarthost, name, a))
		return REASON_DOMAIN_DOUBTFUL;
	*verdict = VERDICT_FAILED;
	return key;
}

static void set(struct diagnosis *why, enum verdict verdict, enum reason_key key,
    const char *status, const char *words)
{
	diag_set(why, verdict, STAGE_LOOKUP, key, "%s", words);
	if (verdict == VERDICT_FAILED)
		text_copy(why->status, sizeof why->status, status);
	catalogue_recognise(why);
}

void failure_of_answer(const struct smarthost *smarthost, enum subject subject, const char *name,
    const struct dns_answer *a, struct diagnosis *why)
{
	TEXT(words, 500);
	enum verdict verdict;
	enum reason_key key = choose_key(smarthost, subject, name, a, &verdict);
	put_subject(&words, smarthost, subject, name);
	text_put(&words, ": ");
	failure_put_outcome(&words, a);
	set(why, verdict, key, "5.1.2", words.data);
}

void failure_of_null(const struct smarthost *smarthost, enum subject subject, const char *name,
    struct diagnosis *why)
{
	TEXT(words, 500);
	bool domain = subject == SUBJECT_DOMAIN;
	put_subject(&words, smarthost, subject, name);
	text_put(&words, subject == SUBJECT_SRV
	                     ? ": the domain says that it does not offer the service"
	                     : ": null MX: the domain says that it accepts no mail (RFC 7505)");
	set(why, domain ? VERDICT_FAILED : VERDICT_DEFERRED,
	    domain                   ? REASON_DOMAIN_NULL_MX
	    : subject == SUBJECT_SRV ? REASON_DNS_SRV_NULL
	                             : REASON_DNS_NULL_MX,
	    "5.1.10", words.data);
}
