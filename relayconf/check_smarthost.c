/* Rules about values of a smarthost that only the machine knows to be right: they are tried, by
   relay --survey, as the runner's user. */
#include "base/compat.h"
#include "base/fields.h"
#include "relayconf/findings.h"
#include <string.h>

static void look_at_ca_file(struct check *c, const char *name, const char *said, const char *fields)
{
	(void)fields;
	finding(c, GRADE_PROBLEM,
	    "put the certificate of the server or of its authority there, in PEM form (it begins "
	    "with -----BEGIN CERTIFICATE-----), or remove tls_ca_file",
	    "%s: %s: mail for it waits", name, said);
}

void check_ca_file(struct check *c)
{
	check_each_smarthost(c, "ca", look_at_ca_file);
}

static void look_at_own_certificate(struct check *c, const char *name, const char *said,
    const char *fields)
{
	(void)fields;
	finding(c, GRADE_PROBLEM,
	    "put certificate and key there in PEM form, the key without a passphrase, readable by "
	    "root and the group firsthop only (mode 0640)",
	    "%s: %s: mail for it waits", name, said);
}

static void look_at_own_ending(struct check *c, const char *name, const char *said,
    const char *fields)
{
	(void)fields;
	finding(c, GRADE_PROBLEM,
	    "compare its dates with the clock (date); put a new certificate, and its key, there",
	    "%s: %s; a server that asks for it refuses it then", name, said);
}

void check_own_certificate(struct check *c)
{
	check_each_smarthost(c, "own_certificate", look_at_own_certificate);
	check_each_smarthost(c, "own_ending", look_at_own_ending);
}

static void look_at_bind(struct check *c, const char *name, const char *address, const char *fields)
{
	char problem[40] = "";
	fields_get(fields, "bind", problem, sizeof problem);
	if (strcmp(problem, "foreign") == 0)
		finding(c, GRADE_PROBLEM,
		    "set bind_address to an address of this machine (" COMPAT_SHOW_ADDRESSES
		    "), or remove it",
		    "%s: bind_address %s is not an address of this machine: no connection can be made",
		    name, address);
	else if (strcmp(problem, "family") == 0)
		finding(c, GRADE_PROBLEM,
		    "set bind_address to an address of the other family (IPv4 or IPv6), or remove it",
		    "%s: bind_address %s has no effect: the server has no address of that family", name,
		    address);
	else if (strcmp(problem, "part") == 0)
		finding(c, GRADE_NOTE, "nothing, if that is meant; else remove bind_address",
		    "%s: bind_address %s is used for some of the server's addresses only: the others are "
		    "of the other family",
		    name, address);
	else
		finding(c, GRADE_OK, "", "%s: bind_address %s is this machine's", name, address);
}

void check_bind(struct check *c)
{
	check_each_smarthost(c, "bind_address", look_at_bind);
}

/* --- TLSA records */

struct trusted {
	int servers, vouching;
};

static void count_trusted(struct check *c, struct trusted *t)
{
	const char *text = buffer_string(&c->survey);
	for (const char *at = text; (at = strstr(at, "dns server=")) != NULL; at++) {
		if (at != text && at[-1] != '\n')
			continue;
		TEXT(line, 1000);
		text_put_n(&line, at, strcspn(at, "\n"));
		t->servers++;
		t->vouching += fields_get_number(line.data, "trusted", 0) == 1;
	}
}

/* Without a DNS server that may be believed, no record ever counts. */
static void look_at_vouching(struct check *c, const char *where, enum smarthost_dane dane)
{
	struct trusted t = {0};
	count_trusted(c, &t);
	if (t.servers > 0 && t.vouching == 0)
		finding(c, dane == SMARTHOST_DANE_REQUIRE ? GRADE_PROBLEM : GRADE_NOTE,
		    "let a DNS server on this machine validate DNSSEC (unbound) and name it in "
		    "/etc/resolv.conf; or write \"options trust-ad\" there, if the one that is named "
		    "validates and the way to it is safe",
		    "%s: dane = %s, and no DNS server of /etc/resolv.conf may vouch for DNSSEC", where,
		    smarthost_dane_name(dane));
}

static void look_at_tlsa(struct check *c, const char *name, const char *said, const char *fields)
{
	if (strcmp(said, "0") != 0)
		finding(c, GRADE_OK, "", "%s: %lld TLSA records, %lld of them usable", name,
		    fields_get_number(fields, "tlsa", 0), fields_get_number(fields, "usable", 0));
}

void check_dane(struct check *c)
{
	for (int i = 0; i < c->config->smarthost_count; i++) {
		const struct smarthost *h = &c->config->smarthosts[i];
		if (h->dane == SMARTHOST_DANE_NO)
			continue;
		if (!smarthost_asks_tlsa(h))
			finding(c, GRADE_NOTE, "remove one of the two", "%s: dane = %s has no effect with %s",
			    h->name, smarthost_dane_name(h->dane),
			    h->tls == SMARTHOST_TLS_OFF     ? "tls = off"
			    : h->tls_fingerprint[0] != '\0' ? "tls_fingerprint"
			                                    : "proxy");
		else
			look_at_vouching(c, h->name, h->dane);
	}
	if (c->config->direct_mx && c->config->direct_dane != SMARTHOST_DANE_NO)
		look_at_vouching(c, "direct_mx", c->config->direct_dane);
	check_each_smarthost(c, "tlsa", look_at_tlsa);
}
