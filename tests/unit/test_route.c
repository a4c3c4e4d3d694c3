/* objects: sendmail/relay/route/proxied sendmail/relay/route/tlsa_lookup sendmail/relay/route/trace tests/fake/resolver_table sendmail/relay/route/route sendmail/relay/route/failure sendmail/relay/route/moved sendmail/relay/route/order sendmail/relay/route/dns_answer */
/* libs: -linih -lidn2 */
/* From names to addresses: each odd thing that DNS can say, what is done, what the trace says. */
#include "base/text.h"
#include "diagnosis/catalogue.h"
#include "relay/route/dns.h"
#include "relay/route/moved.h"
#include "relay/route/route.h"
#include "tests/fake/resolver_table.h"
#include "tests/unit/unit.h"
#include <stdio.h>

static const struct table_row zone[] = {
    {"two.test", DNS_MX, DNS_RECORDS, "20 b.test, 10 a.test", NULL},
    {"equal.test", DNS_MX, DNS_RECORDS, "10 a.test, 10 b.test, 10 c.test", NULL},
    {"a.test", DNS_A, DNS_RECORDS, "192.0.2.1", NULL},
    {"b.test", DNS_A, DNS_RECORDS, "192.0.2.2", NULL},
    {"c.test", DNS_A, DNS_RECORDS, "192.0.2.3", NULL},
    {"null.test", DNS_MX, DNS_RECORDS, "0 .", NULL},
    {"cname.test", DNS_MX, DNS_RECORDS, "10 alias.test", NULL},
    {"alias.test", DNS_A, DNS_RECORDS, "192.0.2.1", "a.test"},
    {"literal.test", DNS_MX, DNS_RECORDS, "10 192.0.2.9", NULL},
    {"ghost.test", DNS_MX, DNS_RECORDS, "10 nowhere.test", NULL},
    {"half.test", DNS_MX, DNS_RECORDS, "10 nowhere.test, 20 a.test", NULL},
    {"nomx.test", DNS_A, DNS_RECORDS, "192.0.2.4", NULL},
    {"six.test", DNS_AAAA, DNS_RECORDS, "2001:db8::1", NULL},
    {"both.test", DNS_A, DNS_RECORDS, "192.0.2.1, 192.0.2.2, 192.0.2.3", NULL},
    {"both.test", DNS_AAAA, DNS_RECORDS, "2001:db8::1, 2001:db8::2", NULL},
    {"empty.test", DNS_SRV, DNS_RECORDS, "", NULL},
    {"fail.test", DNS_MX, DNS_SERVFAIL, NULL, NULL},
    {"fail.test", DNS_A, DNS_SERVFAIL, NULL, NULL},
    {"fail.test", DNS_AAAA, DNS_SERVFAIL, NULL, NULL},
    {"slow.test", DNS_MX, DNS_TIMEOUT, NULL, NULL},
    {"slow.test", DNS_A, DNS_TIMEOUT, NULL, NULL},
    {"lame.test", DNS_MX, DNS_LAME, NULL, NULL},
    {"lame.test", DNS_A, DNS_LAME, NULL, NULL},
    {"lame.test", DNS_AAAA, DNS_LAME, NULL, NULL},
    {"bad.test", DNS_A, DNS_BAD, NULL, NULL},
    {"filed.test", 0, DNS_RECORDS, "192.0.2.7", NULL},
    {"local.test", 0, DNS_RECORDS, "192.0.2.8", NULL},
    {"twice.test", DNS_MX, DNS_RECORDS, "10 a.test, 20 also.test", NULL},
    {"also.test", DNS_A, DNS_RECORDS, "192.0.2.1", NULL},
    {"_submission._tcp.srv.test", DNS_SRV, DNS_RECORDS, "20 0 2525 b.test, 10 0 587 a.test", NULL},
    {"_submissions._tcp.srv.test", DNS_SRV, DNS_RECORDS, "0 0 465 c.test", NULL},
    {"_submissions._tcp.tlsonly.test", DNS_SRV, DNS_RECORDS, "0 0 465 c.test", NULL},
    {"_submission._tcp.away.test", DNS_SRV, DNS_RECORDS, "0 0 587 nowhere.test", NULL},
    {"mail.corp.test", DNS_A, DNS_RECORDS, "192.0.2.20", NULL},
    {"mail", DNS_A, DNS_RECORDS, "192.0.2.66", NULL},
    {"fails.corp.test", DNS_A, DNS_SERVFAIL, NULL, NULL},
    {"fails", DNS_A, DNS_RECORDS, "192.0.2.66", NULL},
    {"bare.corp.test", DNS_A, DNS_NONE, NULL, NULL},
    {"bare.corp.test", DNS_AAAA, DNS_NONE, NULL, NULL},
    {"bare", DNS_A, DNS_SERVFAIL, NULL, NULL},
    {"bare", DNS_AAAA, DNS_SERVFAIL, NULL, NULL},
    {"a.test.corp.test", DNS_A, DNS_RECORDS, "192.0.2.67", NULL},
    {"_submission._tcp.none.test", DNS_SRV, DNS_RECORDS, "0 0 0 .", NULL},
    {"me.test", DNS_MX, DNS_RECORDS, "10 a.test, 20 b.test, 30 c.test", NULL},
    {NULL, 0, DNS_NONE, NULL, NULL},
};

struct expectation {
	const char *host;
	enum smarthost_lookup lookup;
	const char *candidates; /* "192.0.2.1:25 192.0.2.2:25" */
	const char *key;        /* when there are none */
	const char *trace[3];   /* lines or parts of lines of the trace */
};

static void list_candidates(const struct route *r, struct text *list)
{
	for (int i = 0; i < r->count; i++)
		text_printf(list, "%s%s:%u", i ? " " : "", r->candidates[i].address, r->candidates[i].port);
}

static void expect(const struct expectation *e, const struct smarthost *smarthost)
{
	struct route r;
	TEXT(list, 1000);
	bool found = route_find(smarthost, &r);
	const char *trace = buffer_string(&r.trace);
	list_candidates(&r, &list);
	if (strcmp(list.data, e->candidates) != 0)
		fail_msg("%s: candidates %s", e->host, list.data);
	if (!found && strcmp(diag_key(&r.why), e->key) != 0)
		fail_msg("%s: key %s (%s)", e->host, diag_key(&r.why), r.why.text);
	assert_int_equal(found, e->key == NULL);
	if (!found)
		assert_int_equal(r.why.verdict, VERDICT_DEFERRED);
	for (int i = 0; i < 3 && e->trace[i] != NULL; i++) {
		if (strstr(trace, e->trace[i]) == NULL)
			fail_msg("%s: not in the trace: %s\nbut: %s", e->host, e->trace[i], trace);
	}
	route_free(&r);
}

static void every_answer_has_its_consequence(void **state)
{
	static const struct expectation all[] = {
	    {"two.test", SMARTHOST_LOOKUP_MX, "192.0.2.1:25 192.0.2.2:25", NULL,
	        {"MX two.test = 20 b.test, 10 a.test (asked 192.0.2.53, 3 ms)\n",
	            "A a.test = 192.0.2.1 (asked 192.0.2.53, 3 ms)\n",
	            "AAAA a.test: no records of this type"}},
	    {"null.test", SMARTHOST_LOOKUP_MX, "", "dns-null-mx", {"MX null.test = 0 . ("}},
	    {"cname.test", SMARTHOST_LOOKUP_MX, "192.0.2.1:25", NULL,
	        {"A alias.test, by another name (CNAME) a.test, = 192.0.2.1",
	            "an MX should not lead to another name"}},
	    {"literal.test", SMARTHOST_LOOKUP_MX, "192.0.2.9:25", NULL,
	        {"192.0.2.9 is an address where RFC 1035 wants a name"}},
	    {"ghost.test", SMARTHOST_LOOKUP_MX, "", "dns-target-missing",
	        {"A nowhere.test: no such name (asked"}},
	    {"half.test", SMARTHOST_LOOKUP_MX, "192.0.2.1:25", NULL,
	        {"A nowhere.test: no such name (asked"}},
	    {"nomx.test", SMARTHOST_LOOKUP_MX, "192.0.2.4:25", NULL,
	        {"nomx.test has no MX: its own address is used"}},
	    {"nowhere.test", SMARTHOST_LOOKUP_MX, "", "dns-mx-missing",
	        {"MX nowhere.test: no such name (asked 192.0.2.53, 3 ms)\n"}},
	    {"empty.test", SMARTHOST_LOOKUP_MX, "", "dns-mx-missing", {"empty.test has no MX"}},
	    {"fail.test", SMARTHOST_LOOKUP_MX, "", "dns-servfail",
	        {"MX fail.test: server failure (192.0.2.53: server failure (5000 ms))\n"}},
	    {"slow.test", SMARTHOST_LOOKUP_MX, "", "dns-timeout",
	        {"MX slow.test: no answer (192.0.2.53: no answer"}},
	    {"slow.test", SMARTHOST_LOOKUP_HOST, "", "dns-timeout", {"A slow.test: no answer"}},
	    {"lame.test", SMARTHOST_LOOKUP_MX, "", "dns-lame",
	        {"does not look up names for this machine"}},
	    {"bad.test", SMARTHOST_LOOKUP_HOST, "", "dns-bad", {"A bad.test: broken answer"}},
	    {"fail.test", SMARTHOST_LOOKUP_HOST, "", "dns-servfail", {"A fail.test: server failure"}},
	    {"six.test", SMARTHOST_LOOKUP_HOST, "2001:db8::1:25", NULL,
	        {"A six.test: no records of this type", "AAAA six.test = 2001:db8::1"}},
	    {"both.test", SMARTHOST_LOOKUP_HOST,
	        "2001:db8::1:25 192.0.2.1:25 2001:db8::2:25 192.0.2.2:25 192.0.2.3:25", NULL, {NULL}},
	    {"filed.test", SMARTHOST_LOOKUP_HOST, "192.0.2.7:25", NULL,
	        {"address of filed.test = 192.0.2.7 (hosts file /etc/hosts:7)\n"}},
	    {"filed.test", SMARTHOST_LOOKUP_MX, "192.0.2.7:25", NULL, {"MX filed.test: no records"}},
	    {"local.test", SMARTHOST_LOOKUP_HOST, "192.0.2.8:25", NULL,
	        {"address of local.test = 192.0.2.8"}},
	    {"twice.test", SMARTHOST_LOOKUP_MX, "192.0.2.1:25", NULL,
	        {"also.test = 192.0.2.1: already in the list, skipped"}},
	    {"srv.test", SMARTHOST_LOOKUP_SRV, "192.0.2.3:465 192.0.2.1:587 192.0.2.2:2525", NULL,
	        {"SRV _submissions._tcp.srv.test = 0 c.test:465",
	            "SRV _submission._tcp.srv.test = 20 b.test:2525, 10 a.test:587"}},
	    {"tlsonly.test", SMARTHOST_LOOKUP_SRV, "192.0.2.3:465", NULL,
	        {"SRV _submission._tcp.tlsonly.test: no such name"}},
	    {"none.test", SMARTHOST_LOOKUP_SRV, "", "dns-srv-null", {NULL}},
	    {"nowhere.test", SMARTHOST_LOOKUP_SRV, "", "dns-srv-missing", {NULL}},
	    {"away.test", SMARTHOST_LOOKUP_SRV, "", "dns-target-missing", {NULL}},
	    {"[192.0.2.5]", SMARTHOST_LOOKUP_MX, "192.0.2.5:25", NULL,
	        {"[192.0.2.5] is an address: nothing to look up"}},
	};
	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		struct smarthost smarthost = {.name = "main", .lookup = all[i].lookup, .port = 25};
		text_copy(smarthost.host, sizeof smarthost.host, all[i].host);
		expect(&all[i], &smarthost);
	}
	struct smarthost implicit = {.name = "main",
	    .host = "srv.test",
	    .lookup = SMARTHOST_LOOKUP_SRV,
	    .implicit = true};
	expect(&(struct expectation){"srv.test", SMARTHOST_LOOKUP_SRV, "192.0.2.3:465", NULL,
	           {"SRV _submissions._tcp.srv.test"}},
	    &implicit);
}

/* TLS from the first byte is a matter of the service, not of the configuration alone. */
static void each_service_has_its_tls(void **state)
{
	struct smarthost smarthost = {.name = "main",
	    .host = "srv.test",
	    .lookup = SMARTHOST_LOOKUP_SRV};
	struct route r;
	(void)state;
	assert_true(route_find(&smarthost, &r));
	assert_int_equal(r.count, 3);
	assert_true(r.candidates[0].implicit && !r.candidates[1].implicit && !r.candidates[2].implicit);
	route_free(&r);
	smarthost.tls = SMARTHOST_TLS_OFF;
	assert_true(route_find(&smarthost, &r));
	assert_int_equal(r.count, 2);
	assert_int_equal(r.candidates[0].port, 587);
	route_free(&r);
}

/* Who is meant: the smarthost's zone or the resolver, and the recipient's domain. */
static const struct table_row world[] = {
    {".", DNS_NS, DNS_RECORDS, "a.root.test", NULL},
    {"fail.test", DNS_A, DNS_SERVFAIL, NULL, NULL},
    {"fail.test", DNS_MX, DNS_SERVFAIL, NULL, NULL},
    {"slow.test", DNS_MX, DNS_TIMEOUT, NULL, NULL},
    {"slow.test", DNS_A, DNS_TIMEOUT, NULL, NULL},
    {"null.test", DNS_MX, DNS_RECORDS, "0 .", NULL},
    {"empty.test", DNS_SRV, DNS_RECORDS, "", NULL},
    {"ghost.test", DNS_MX, DNS_RECORDS, "10 nowhere.test", NULL},
    {"six.test", DNS_AAAA, DNS_RECORDS, "2001:db8::1", NULL},
    {"srv.slow.test", DNS_MX, DNS_RECORDS, "10 slow.test", NULL},
    {NULL, 0, DNS_NONE, NULL, NULL},
};

static const struct subject_case {
	const char *host;
	bool direct;
	enum smarthost_lookup lookup;
	const char *key;
	enum verdict verdict;
	const char *reason;
} subjects[] = {
    {"nothing.test", false, SMARTHOST_LOOKUP_HOST, "dns-nxdomain", VERDICT_DEFERRED,
        "the address of nothing.test: no such name"},
    {"fail.test", false, SMARTHOST_LOOKUP_HOST, "dns-zone-failing", VERDICT_DEFERRED, "fail.test"},
    {"slow.test", false, SMARTHOST_LOOKUP_MX, "dns-zone-failing", VERDICT_DEFERRED,
        "the MX of slow"},
    {"srv.slow.test", false, SMARTHOST_LOOKUP_MX, "dns-zone-failing", VERDICT_DEFERRED,
        "the address of slow.test, which the MX of srv.slow.test names"},
    {"nothing.test", true, SMARTHOST_LOOKUP_MX, "domain-missing", VERDICT_FAILED,
        "the recipient's domain nothing.test: no such name"},
    {"empty.test", true, SMARTHOST_LOOKUP_MX, "domain-no-server", VERDICT_FAILED, "no records"},
    {"null.test", true, SMARTHOST_LOOKUP_MX, "domain-null-mx", VERDICT_FAILED,
        "the recipient's domain null.test: null MX"},
    {"fail.test", true, SMARTHOST_LOOKUP_MX, "domain-zone-failing", VERDICT_DEFERRED, "fail.test"},
    {"slow.test", true, SMARTHOST_LOOKUP_MX, "domain-zone-failing", VERDICT_DEFERRED, "slow.test"},
    {"srv.slow.test", true, SMARTHOST_LOOKUP_MX, "domain-zone-failing", VERDICT_DEFERRED,
        "the address of slow.test, which the MX of the recipient's domain srv.slow.test names"},
    {"ghost.test", true, SMARTHOST_LOOKUP_MX, "domain-target-missing", VERDICT_DEFERRED,
        "the address of nowhere.test, which the MX of the recipient's domain ghost.test names"},
};

static void find(const struct subject_case *c, struct diagnosis *why)
{
	struct smarthost smarthost = {.name = "main", .lookup = c->lookup, .port = 25};
	struct route r;
	text_copy(smarthost.host, sizeof smarthost.host, c->host);
	if (c->direct)
		smarthost_direct(&smarthost, c->host, 25);
	assert_false(route_find(&smarthost, &r));
	*why = r.why;
	route_free(&r);
}

static void the_right_one_is_meant(void **state)
{
	struct diagnosis why;
	(void)state;
	table_set(world);
	table_alive(true);
	for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
		const struct subject_case *c = &subjects[i];
		find(c, &why);
		if (strcmp(diag_key(&why), c->key) != 0 || why.verdict != c->verdict ||
		    strstr(why.text, c->reason) == NULL)
			fail_msg("%s%s: %s %s: %s", c->direct ? "@" : "", c->host, verdict_name(why.verdict),
			    diag_key(&why), why.text);
		assert_non_null(catalogue_row(why.key));
	}
	table_set(zone);
	table_alive(false);
}

/* A resolver that denies everything is not believed; one that knows a zone above, or a name of our
   own, is. */
static void a_broken_resolver_returns_no_mail(void **state)
{
	static const struct table_row nothing[] = {{NULL, 0, DNS_NONE, NULL, NULL}};
	static const struct table_row own[] = {{"mon1.test", DNS_A, DNS_RECORDS, "192.0.2.1", NULL},
	    {NULL, 0, DNS_NONE, NULL, NULL}};
	static const struct table_row above[] = {{"test", DNS_SOA, DNS_RECORDS, "ns.test", NULL},
	    {"other", DNS_SOA, DNS_RECORDS, "ns.other", NULL}, {NULL, 0, DNS_NONE, NULL, NULL}};
	static const struct table_row root[] = {{".", DNS_NS, DNS_RECORDS, "a.root", NULL},
	    {NULL, 0, DNS_NONE, NULL, NULL}};
	struct smarthost smarthost;
	struct route r;
	const struct {
		const struct table_row *rows;
		const char *zone, *domain, *key;
	} cases[] = {{nothing, "", "nothing.test", "domain-doubtful"},
	    {own, "", "nothing.test", "domain-missing"},
	    {above, "test", "nothing.test", "domain-missing"},
	    {above, "other", "nothing.test", "domain-doubtful"},
	    {root, ".", "nothing.nowhere", "domain-missing"},
	    /* A root of its own, without .com: an inner network. */
	    {root, ".", "example.com", "domain-doubtful"}, {root, ".", "example.jp", "domain-doubtful"},
	    {root, "com", "nothing.com", "domain-missing"}};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		table_set(cases[i].rows);
		table_zone(cases[i].zone);
		smarthost_direct(&smarthost, cases[i].domain, 25);
		text_copy(smarthost.known[0], sizeof smarthost.known[0], "mon1.test");
		assert_false(route_find(&smarthost, &r));
		if (strcmp(diag_key(&r.why), cases[i].key) != 0)
			fail_msg("%s, zone %s: %s", cases[i].domain, cases[i].zone, diag_key(&r.why));
		assert_int_equal(r.why.verdict,
		    r.why.key == REASON_DOMAIN_DOUBTFUL ? VERDICT_DEFERRED : VERDICT_FAILED);
		route_free(&r);
	}
	table_zone("");
	table_set(zone);
}

/* resolv.conf's search list is for names that an administrator wrote, and for no others. */
static void names_are_completed(void **state)
{
	struct smarthost direct;
	struct route r;
	(void)state;
	table_search(".corp.test");
	struct smarthost smarthost = {.name = "main", .host = "mail", .port = 25};
	expect(&(struct expectation){"mail", SMARTHOST_LOOKUP_HOST, "192.0.2.20:25", NULL,
	           {"A mail.corp.test = 192.0.2.20"}},
	    &smarthost);
	text_copy(smarthost.host, sizeof smarthost.host, "fails");
	expect(&(struct expectation){"fails", SMARTHOST_LOOKUP_HOST, "", "dns-servfail", {NULL}},
	    &smarthost);
	/* That it has no address is the answer, whatever a server says of later names. */
	text_copy(smarthost.host, sizeof smarthost.host, "bare");
	expect(&(struct expectation){"bare", SMARTHOST_LOOKUP_HOST, "", "dns-nodata", {NULL}},
	    &smarthost);
	smarthost_direct(&direct, "nomx.test", 25);
	assert_true(route_find(&direct, &r));
	assert_null(strstr(buffer_string(&r.trace), "corp.test"));
	route_free(&r);
	smarthost = (struct smarthost){.name = "main",
	    .host = "two.test",
	    .lookup = SMARTHOST_LOOKUP_MX,
	    .port = 25};
	assert_true(route_find(&smarthost, &r));
	assert_non_null(strstr(buffer_string(&r.trace), "MX two.test.corp.test: no such name"));
	assert_null(strstr(buffer_string(&r.trace), "a.test.corp.test"));
	route_free(&r);
	table_search("");
}

static void equal_preferences_are_shuffled(void **state)
{
	int first[3] = {0};
	(void)state;
	for (int i = 0; i < 300; i++) {
		struct smarthost smarthost = {.name = "main",
		    .host = "equal.test",
		    .lookup = SMARTHOST_LOOKUP_MX,
		    .port = 25};
		struct route r;
		assert_true(route_find(&smarthost, &r));
		assert_int_equal(r.count, 3);
		first[r.candidates[0].address[8] - '1']++;
		route_free(&r);
	}
	for (int i = 0; i < 3; i++)
		assert_in_range(first[i], 50, 150);
}

/* The story that began it all: the old mail server, to which its own name still leads. */
static void this_machine_is_never_taken_for_local(void **state)
{
	struct smarthost smarthost = {.name = "main",
	                     .host = "me.test",
	                     .lookup = SMARTHOST_LOOKUP_MX,
	                     .port = 25},
	                 direct;
	(void)state;
	table_own_address("192.0.2.2");
	expect(&(struct expectation){"me.test", SMARTHOST_LOOKUP_MX,
	           "192.0.2.1:25 192.0.2.2:25 192.0.2.3:25", NULL,
	           {"b.test = 192.0.2.2 is this very machine: it is asked like any other"}},
	    &smarthost);
	smarthost_direct(&direct, "me.test", 25);
	expect(&(struct expectation){"me.test", SMARTHOST_LOOKUP_MX, "192.0.2.1:25", NULL,
	           {"skipped, with all servers that are less preferred"}},
	    &direct);
	table_own_address("192.0.2.1");
	expect(&(struct expectation){"me.test", SMARTHOST_LOOKUP_MX, "", "dns-self",
	           {"a.test = 192.0.2.1 is this very machine, and that domain is not delivered here"}},
	    &direct);
	table_own_address("");
}

static void no_route_for_ipv6_is_no_riddle(void **state)
{
	struct smarthost smarthost = {.name = "main", .host = "both.test", .port = 25};
	(void)state;
	table_ipv6(false);
	expect(&(struct expectation){"both.test", SMARTHOST_LOOKUP_HOST,
	           "192.0.2.1:25 192.0.2.2:25 192.0.2.3:25", NULL,
	           {"both.test = 2001:db8::1: skipped, this machine has no route"}},
	    &smarthost);
	text_copy(smarthost.host, sizeof smarthost.host, "six.test");
	expect(&(struct expectation){"six.test", SMARTHOST_LOOKUP_HOST, "", "no-ipv6-route",
	           {"six.test = 2001:db8::1: skipped"}},
	    &smarthost);
	table_ipv6(true);
}

/* An answer as a server would send it: a question for MX example.org, a CNAME, two MX with
 * compressed names. */
static const unsigned char good[] = "\x12\x34\x81\x80\0\1\0\3\0\0\0\0"
                                    "\7example\3org\0\0\x0f\0\1"
                                    "\xc0\x0c\0\5\0\1\0\0\0\x3c\0\6\3alt\xc0\x0c"
                                    "\xc0\x29\0\x0f\0\1\0\0\0\x3c\0\x08\0\x0a\3mx1\xc0\x0c"
                                    "\xc0\x29\0\x0f\0\1\0\0\0\x3c\0\x08\0\x14\3mx2\xc0\x0c";

static void answers_are_read(void **state)
{
	struct dns_answer a;
	bool cut;
	unsigned char bytes[sizeof good];
	size_t length = sizeof good - 1;
	(void)state;
	assert_true(dns_parse(good, length, "example.org", DNS_MX, 0x1234, &a, &cut));
	assert_int_equal(a.kind, DNS_RECORDS);
	assert_int_equal(a.count, 2);
	assert_string_equal(a.records[0].name, "mx1.example.org");
	assert_int_equal(a.records[1].preference, 20);
	assert_string_equal(a.alias, "alt.example.org");
	assert_false(dns_parse(good, length, "example.org", DNS_MX, 0x1235, &a, &cut));
	assert_false(dns_parse(good, length, "example.com", DNS_MX, 0x1234, &a, &cut));
	assert_false(dns_parse(good, length, "example.org", DNS_A, 0x1234, &a, &cut));
	/* Cut anywhere, or with any byte changed: never read beyond, never half an answer taken for a
	 * whole one. */
	for (size_t n = 0; n < length; n++) {
		unsigned char *part = malloc(n + 1);
		memcpy(part, good, n);
		if (dns_parse(part, n, "example.org", DNS_MX, 0x1234, &a, &cut))
			assert_int_equal(a.kind, DNS_BAD);
		free(part);
		for (int bit = 0; bit < 8; bit++) {
			memcpy(bytes, good, sizeof good);
			bytes[n] ^= (unsigned char)(1 << bit);
			dns_parse(bytes, length, "example.org", DNS_MX, 0x1234, &a, &cut);
			assert_in_range(a.count, 0, DNS_RECORDS_MAX);
		}
	}
}

/* 40 MX, the best of them last: what is over is left out by preference, and counted. */
static void most_preferred_records_stay(void **state)
{
	unsigned char bytes[2000] = "\x12\x34\x81\x80\0\1\0\x28\0\0\0\0\1x\0\0\x0f\0\1";
	size_t length = 19;
	struct dns_answer a;
	bool cut, best = false;
	(void)state;
	for (int i = 0; i < 40; i++) {
		unsigned char record[] = "\xc0\x0c\0\x0f\0\1\0\0\0\x3c\0\5\0\x28\1y\0";
		record[13] = (unsigned char)(40 - i);
		memcpy(bytes + length, record, sizeof record - 1);
		length += sizeof record - 1;
	}
	assert_true(dns_parse(bytes, length, "x", DNS_MX, 0x1234, &a, &cut));
	assert_int_equal(a.count, DNS_RECORDS_MAX);
	assert_int_equal(a.left_out, 40 - DNS_RECORDS_MAX);
	for (int i = 0; i < a.count; i++) {
		best = best || a.records[i].preference == 1;
		assert_true(a.records[i].preference <= DNS_RECORDS_MAX);
	}
	assert_true(best);
}

/* Who says that there is no such name (RFC 2308): the zone, or the root. */
static void the_zone_is_kept(void **state)
{
	static const unsigned char denied[] = "\0\7\x81\x83\0\1\0\0\0\1\0\0"
	                                      "\1x\4test\0\0\1\0\1"
	                                      "\xc0\x0e\0\6\0\1\0\0\0\x3c\0\x17"
	                                      "\1n\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1";
	struct dns_answer a;
	unsigned char bytes[300];
	bool cut;
	(void)state;
	assert_true(dns_parse(denied, sizeof denied - 1, "x.test", DNS_A, 7, &a, &cut));
	assert_int_equal(a.kind, DNS_NXDOMAIN);
	assert_string_equal(a.zone, "test");
	assert_int_equal(dns_question(".", DNS_NS, 1, bytes, sizeof bytes), 17);
	assert_memory_equal(bytes + 12, "\0\0\2\0\1", 5);
}

static void kinds_are_told_apart(void **state)
{
	static const struct {
		unsigned char low, high;
		unsigned char authority;
		enum dns_kind kind;
	} cases[] = {
	    {0x81, 0x80, 0, DNS_NONE},
	    {0x81, 0x82, 0, DNS_SERVFAIL},
	    {0x81, 0x83, 0, DNS_NXDOMAIN},
	    {0x81, 0x85, 0, DNS_LAME},
	    {0x81, 0x81, 0, DNS_BAD},
	    {0x81, 0x00, 1, DNS_LAME},
	    {0x81, 0x80, 1, DNS_NONE},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct dns_answer a;
		bool cut;
		unsigned char bytes[] = "\0\7\x81\x80\0\1\0\0\0\0\0\0"
		                        "\1x\0\0\1\0\1"
		                        "\0\0\2\0\1\0\0\0\1\0\3\1y\0";
		bytes[2] = cases[i].low;
		bytes[3] = cases[i].high;
		bytes[9] = cases[i].authority;
		assert_true(dns_parse(bytes, sizeof bytes - 1, "x", DNS_A, 7, &a, &cut));
		assert_int_equal(a.kind, cases[i].kind);
		assert_false(cut);
		bytes[2] |= 2;
		assert_true(dns_parse(bytes, sizeof bytes - 1, "x", DNS_A, 7, &a, &cut));
		assert_true(cut);
	}
}

static void questions_are_made(void **state)
{
	unsigned char bytes[300];
	char name[300];
	(void)state;
	assert_int_equal(dns_question("example.org", DNS_MX, 0x1234, bytes, sizeof bytes), 29);
	assert_memory_equal(bytes + 12, "\7example\3org\0\0\x0f\0\1", 17);
	assert_int_equal(dns_question("example.org.", DNS_MX, 1, bytes, sizeof bytes), 29);
	assert_int_equal(dns_question("", DNS_MX, 1, bytes, sizeof bytes), 0);
	assert_int_equal(dns_question("a..b", DNS_MX, 1, bytes, sizeof bytes), 0);
	memset(name, 'a', sizeof name);
	name[64] = '\0';
	assert_int_equal(dns_question(name, DNS_MX, 1, bytes, sizeof bytes), 0);
	name[63] = '\0';
	assert_int_not_equal(dns_question(name, DNS_MX, 1, bytes, sizeof bytes), 0);
}

static int setup(void **state)
{
	(void)state;
	table_set(zone);
	return 0;
}

static const struct table_row moved_zone[] = {
    {"mail.test", 0, DNS_RECORDS, "192.0.2.1", NULL},
    {"mail.test", DNS_A, DNS_RECORDS, "192.0.2.9", NULL},
    {"same.test", 0, DNS_RECORDS, "192.0.2.1", NULL},
    {"same.test", DNS_A, DNS_RECORDS, "192.0.2.8, 192.0.2.1", NULL},
    {"only.test", 0, DNS_RECORDS, "192.0.2.1", NULL},
    {"six.test", 0, DNS_RECORDS, "2001:db8::1", NULL},
    {"six.test", DNS_A, DNS_RECORDS, "192.0.2.9", NULL},
    {"six.test", DNS_AAAA, DNS_RECORDS, "2001:db8::9", NULL},
    {"domain.test", DNS_A, DNS_RECORDS, "192.0.2.1", NULL},
    {"domain.test", DNS_MX, DNS_RECORDS, "20 mx2.test, 10 mx.test", NULL},
    {"mx.test", DNS_A, DNS_RECORDS, "192.0.2.9", NULL},
    {"here.test", DNS_A, DNS_RECORDS, "192.0.2.9", NULL},
    {"here.test", DNS_MX, DNS_RECORDS, "10 mx.test", NULL},
    {"itself.test", DNS_A, DNS_RECORDS, "192.0.2.1", NULL},
    {"itself.test", DNS_MX, DNS_RECORDS, "10 mx.test, 20 itself.test", NULL},
    {"null.test", DNS_A, DNS_RECORDS, "192.0.2.1", NULL},
    {"null.test", DNS_MX, DNS_RECORDS, "0 .", NULL},
    {"viamx.test", DNS_MX, DNS_RECORDS, "10 mail.test", NULL},
    {NULL, 0, DNS_NONE, NULL, NULL},
};

static void a_server_that_has_moved(void **state)
{
	static const struct {
		const char *host;
		enum smarthost_lookup lookup;
		const char *words; /* "" = no sign */
	} rows[] = {
	    {"mail.test", SMARTHOST_LOOKUP_HOST,
	        "/etc/hosts:7 has 192.0.2.1 for mail.test, but DNS has 192.0.2.9. If the server has "
	        "moved, remove that line"},
	    {"same.test", SMARTHOST_LOOKUP_HOST, ""},
	    {"only.test", SMARTHOST_LOOKUP_HOST, ""},
	    {"six.test", SMARTHOST_LOOKUP_HOST,
	        "/etc/hosts:7 has 2001:db8::1 for six.test, but DNS has 2001:db8::9. If the server has "
	        "moved, remove that line"},
	    {"domain.test", SMARTHOST_LOOKUP_HOST,
	        "domain.test has the address 192.0.2.1, but its mail server in DNS (MX) is mx.test, "
	        "192.0.2.9. If that is the smarthost, set lookup = mx"},
	    {"domain.test", SMARTHOST_LOOKUP_MX, ""},
	    {"here.test", SMARTHOST_LOOKUP_HOST, ""},
	    {"itself.test", SMARTHOST_LOOKUP_HOST, ""},
	    {"null.test", SMARTHOST_LOOKUP_HOST, ""},
	    {"viamx.test", SMARTHOST_LOOKUP_MX,
	        "/etc/hosts:7 has 192.0.2.1 for mail.test, but DNS has 192.0.2.9. If the server has "
	        "moved, remove that line"},
	    {"192.0.2.1", SMARTHOST_LOOKUP_HOST, ""},
	};
	(void)state;
	table_set(moved_zone);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct smarthost smarthost = {.name = "main", .lookup = rows[i].lookup, .port = 25};
		struct route r;
		TEXT(words, 500);
		text_copy(smarthost.host, sizeof smarthost.host, rows[i].host);
		assert_true(route_find(&smarthost, &r));
		moved_look(&smarthost, &r, &words);
		assert_string_equal(words.data, rows[i].words);
		route_free(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_answer_has_its_consequence),
	    TEST(each_service_has_its_tls),
	    TEST(the_right_one_is_meant),
	    TEST(a_broken_resolver_returns_no_mail),
	    TEST(names_are_completed),
	    TEST(most_preferred_records_stay),
	    TEST(equal_preferences_are_shuffled),
	    TEST(this_machine_is_never_taken_for_local),
	    TEST(no_route_for_ipv6_is_no_riddle),
	    TEST(answers_are_read),
	    TEST(the_zone_is_kept),
	    TEST(kinds_are_told_apart),
	    TEST(questions_are_made),
	    TEST(a_server_that_has_moved),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
