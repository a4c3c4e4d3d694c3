/* objects: sendmail/relay/route/proxied sendmail/relay/route/tlsa_lookup sendmail/relay/route/trace tests/fake/resolver_table sendmail/relay/route/route sendmail/relay/route/failure sendmail/relay/route/order sendmail/relay/route/dns_answer sendmail/relay/route/exchange */
/* libs: -linih -lidn2 */
/* TLSA records: when they are asked for, when they count, and what follows (RFC 7672). */
#include "relay/route/exchange.h"
#include "relay/route/route.h"
#include "tests/fake/resolver_table.h"
#include "tests/unit/unit.h"

#define ONE "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TWO "ff23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct table_row zone[] = {
    {".", DNS_NS | TABLE_SIGNED, DNS_RECORDS, "a.root.test", NULL},
    {"good.test", DNS_A | TABLE_SIGNED, DNS_RECORDS, "192.0.2.1", NULL},
    {"_25._tcp.good.test", DNS_TLSA | TABLE_SIGNED, DNS_RECORDS, "3 1 1 " ONE ", 2 0 1 " TWO, NULL},
    {"plain.test", DNS_A | TABLE_SIGNED, DNS_RECORDS, "192.0.2.2", NULL},
    {"pkix.test", DNS_A | TABLE_SIGNED, DNS_RECORDS, "192.0.2.3", NULL},
    {"_25._tcp.pkix.test", DNS_TLSA | TABLE_SIGNED, DNS_RECORDS,
        "1 1 1 " ONE ", 3 1 1 0123, 3 2 1 " ONE, NULL},
    {"half.test", DNS_A | TABLE_SIGNED, DNS_RECORDS, "192.0.2.4", NULL},
    {"_25._tcp.half.test", DNS_TLSA | TABLE_SIGNED, DNS_RECORDS, "1 1 1 " ONE ", 3 1 1 " TWO, NULL},
    {"stripped.test", DNS_A | TABLE_SIGNED, DNS_RECORDS, "192.0.2.5", NULL},
    {"_25._tcp.stripped.test", DNS_TLSA, DNS_SERVFAIL, NULL, NULL},
    {"silent.test", DNS_A | TABLE_SIGNED, DNS_RECORDS, "192.0.2.6", NULL},
    {"_25._tcp.silent.test", DNS_TLSA, DNS_TIMEOUT, NULL, NULL},
    {"unsigned.test", DNS_A, DNS_RECORDS, "192.0.2.7", NULL},
    {"_25._tcp.unsigned.test", DNS_TLSA | TABLE_SIGNED, DNS_RECORDS, "3 1 1 " ONE, NULL},
    {"forged.test", DNS_A | TABLE_SIGNED, DNS_RECORDS, "192.0.2.8", NULL},
    {"_25._tcp.forged.test", DNS_TLSA, DNS_RECORDS, "3 1 1 " ONE, NULL},
    {"www.test", DNS_A | TABLE_SIGNED, DNS_RECORDS, "192.0.2.1", "good.test"},
    {"old.test", DNS_A | TABLE_SIGNED, DNS_RECORDS, "192.0.2.2", "plain.test"},
    {"_25._tcp.old.test", DNS_TLSA | TABLE_SIGNED, DNS_RECORDS, "3 1 1 " ONE, NULL},
    {"out.test", DNS_A, DNS_RECORDS, "192.0.2.7", "unsigned.test"},
    {"out.test", DNS_CNAME | TABLE_SIGNED, DNS_RECORDS, "unsigned.test", NULL},
    {"_25._tcp.out.test", DNS_TLSA | TABLE_SIGNED, DNS_RECORDS, "3 1 1 " TWO, NULL},
    {"mx.test", DNS_MX | TABLE_SIGNED, DNS_RECORDS, "10 good.test", NULL},
    {"loose.test", DNS_MX, DNS_RECORDS, "10 good.test", NULL},
    {"two.test", DNS_MX | TABLE_SIGNED, DNS_RECORDS, "10 stripped.test, 20 good.test", NULL},
    {"bogus.test", DNS_MX, DNS_SERVFAIL, "10 good.test", NULL},
    {"bogus.test", DNS_A, DNS_SERVFAIL, "192.0.2.1", NULL},
    {"filed.test", 0, DNS_RECORDS, "192.0.2.9", NULL},
    {NULL, 0, DNS_NONE, NULL, NULL},
};

static const struct tlsa_case {
	const char *host;
	enum smarthost_lookup lookup;
	enum smarthost_dane dane;
	const char *address; /* of the first candidate; "" = none */
	int records, usable; /* that count for it */
	const char *owner;
	const char *key; /* without candidates */
	const char *said;
} cases[] = {
    {"good.test", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_NO, "192.0.2.1", 0, 0, "", "", ""},
    {"good.test", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_OPPORTUNISTIC, "192.0.2.1", 2, 2,
        "good.test", "", "TLSA _25._tcp.good.test = 3 1 1 " ONE ", 2 0 1 " TWO},
    {"plain.test", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_OPPORTUNISTIC, "192.0.2.2", 0, 0, "", "",
        "no DANE, it has no TLSA records"},
    {"plain.test", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_REQUIRE, "", 0, 0, "", "dane-missing",
        "skipped, it has no TLSA records"},
    {"pkix.test", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_OPPORTUNISTIC, "192.0.2.3", 3, 0,
        "pkix.test", "", "TLS is needed all the same"},
    {"pkix.test", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_REQUIRE, "", 0, 0, "", "dane-unusable", ""},
    {"half.test", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_REQUIRE, "192.0.2.4", 2, 1, "half.test", "",
        ""},
    {"stripped.test", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_OPPORTUNISTIC, "", 0, 0, "",
        "dane-lookup", "skipped, the TLSA records of _25._tcp.stripped.test: server failure"},
    {"silent.test", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_OPPORTUNISTIC, "", 0, 0, "",
        "dane-lookup", ""},
    {"unsigned.test", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_OPPORTUNISTIC, "192.0.2.7", 0, 0, "",
        "", "no DANE, DNSSEC does not vouch for its address"},
    {"unsigned.test", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_REQUIRE, "", 0, 0, "", "dane-insecure",
        ""},
    {"forged.test", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_OPPORTUNISTIC, "192.0.2.8", 0, 0, "", "",
        "no DANE, it has no TLSA records that DNSSEC vouches for"},
    {"www.test", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_OPPORTUNISTIC, "192.0.2.1", 2, 2,
        "good.test", "", ""},
    {"old.test", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_OPPORTUNISTIC, "192.0.2.2", 1, 1, "old.test",
        "", "TLSA _25._tcp.plain.test: no such name"},
    {"out.test", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_OPPORTUNISTIC, "192.0.2.7", 1, 1, "out.test",
        "", "CNAME out.test = unsigned.test"},
    {"mx.test", SMARTHOST_LOOKUP_MX, SMARTHOST_DANE_REQUIRE, "192.0.2.1", 2, 2, "good.test", "",
        ""},
    {"loose.test", SMARTHOST_LOOKUP_MX, SMARTHOST_DANE_OPPORTUNISTIC, "192.0.2.1", 0, 0, "", "",
        "DNSSEC does not vouch for the record of loose.test"},
    {"loose.test", SMARTHOST_LOOKUP_MX, SMARTHOST_DANE_REQUIRE, "", 0, 0, "", "dane-insecure", ""},
    {"two.test", SMARTHOST_LOOKUP_MX, SMARTHOST_DANE_OPPORTUNISTIC, "192.0.2.1", 2, 2, "good.test",
        "", "stripped.test: skipped"},
    {"bogus.test", SMARTHOST_LOOKUP_MX, SMARTHOST_DANE_OPPORTUNISTIC, "", 0, 0, "", "dns-bogus",
        ""},
    {"bogus.test", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_NO, "", 0, 0, "", "dns-bogus", ""},
    {"filed.test", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_REQUIRE, "", 0, 0, "", "dane-insecure",
        ""},
    {"192.0.2.1", SMARTHOST_LOOKUP_HOST, SMARTHOST_DANE_REQUIRE, "", 0, 0, "", "dane-insecure", ""},
};

static void check_case(const struct tlsa_case *c)
{
	struct smarthost smarthost = {.name = "main", .lookup = c->lookup, .dane = c->dane, .port = 25};
	struct route r;
	text_copy(smarthost.host, sizeof smarthost.host, c->host);
	route_find(&smarthost, &r);
	const struct tlsa_set *set = r.count > 0 ? r.candidates[0].tlsa : NULL;
	if (strcmp(r.count > 0 ? r.candidates[0].address : "", c->address) != 0 ||
	    (set != NULL ? set->count : 0) != c->records || tlsa_usable(set) != c->usable ||
	    strcmp(set != NULL ? set->owner : "", c->owner) != 0 ||
	    strcmp(r.count == 0 ? diag_key(&r.why) : "", c->key) != 0 ||
	    strstr(buffer_string(&r.trace), c->said) == NULL)
		fail_msg("%s, dane = %s: %d candidates, key %s\n%s", c->host, smarthost_dane_name(c->dane),
		    r.count, diag_key(&r.why), buffer_string(&r.trace));
	if (r.count == 0)
		assert_int_equal(r.why.verdict, VERDICT_DEFERRED);
	route_free(&r);
}

static void records_count_where_dnssec_vouches(void **state)
{
	(void)state;
	table_set(zone);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_case(&cases[i]);
}

/* Where something else decides about the certificate, nobody is asked. */
static void nobody_is_asked(void **state)
{
	struct smarthost smarthost = {.name = "main",
	    .host = "stripped.test",
	    .dane = SMARTHOST_DANE_REQUIRE,
	    .tls = SMARTHOST_TLS_OFF,
	    .port = 25};
	struct route r;
	(void)state;
	table_set(zone);
	assert_true(route_find(&smarthost, &r));
	assert_null(strstr(buffer_string(&r.trace), "TLSA"));
	route_free(&r);
	smarthost.tls = SMARTHOST_TLS_VERIFY;
	text_copy(smarthost.tls_fingerprint, sizeof smarthost.tls_fingerprint, ONE);
	assert_true(route_find(&smarthost, &r));
	assert_null(strstr(buffer_string(&r.trace), "TLSA"));
	route_free(&r);
}

/* As a server would send it: usage, selector, matching type, data. */
static void bytes_are_read(void **state)
{
	static const unsigned char answer[] = "\x12\x34\x81\xa0\0\1\0\2\0\0\0\0"
	                                      "\3_25\4_tcp\1a\4test\0\0\x34\0\1"
	                                      "\xc0\x0c\0\x34\0\1\0\0\0\x3c\0\5\3\1\1\xab\xcd"
	                                      "\xc0\x0c\0\x34\0\1\0\0\0\x3c\0\3\2\0\0";
	unsigned char copy[sizeof answer];
	struct dns_answer a, b;
	struct buffer lines = {0};
	bool cut;
	TEXT(words, 100);
	(void)state;
	assert_true(
	    dns_parse(answer, sizeof answer - 1, "_25._tcp.a.test", DNS_TLSA, 0x1234, &a, &cut));
	assert_int_equal(a.kind, DNS_RECORDS);
	assert_true(a.validated && a.count == 2 && a.tlsa.count == 2);
	tlsa_put(&words, &a.tlsa, &a.tlsa.records[0]);
	assert_string_equal(words.data, "3 1 1 abcd");
	exchange_write(&lines, &a, false);
	assert_true(exchange_read(&lines, DNS_TLSA, &b, &cut));
	assert_true(b.count == 2 && b.tlsa.count == 2 && b.validated);
	assert_memory_equal(&a.tlsa.records, &b.tlsa.records, sizeof a.tlsa.records);
	assert_memory_equal(a.tlsa.data, b.tlsa.data, sizeof a.tlsa.data);
	buffer_free(&lines);
	/* Cut short anywhere, it is no list of records. */
	for (size_t n = 0; n < sizeof answer - 1; n++) {
		memcpy(copy, answer, sizeof answer);
		assert_false(dns_parse(copy, n, "_25._tcp.a.test", DNS_TLSA, 0x1234, &a, &cut) &&
		             a.kind == DNS_RECORDS);
		assert_true(a.kind == DNS_RECORDS || a.count == 0);
	}
	/* Two bytes are no record. */
	memcpy(copy, answer, sizeof answer);
	copy[sizeof answer - 1 - 4] = 2;
	assert_true(dns_parse(copy, sizeof answer - 2, "_25._tcp.a.test", DNS_TLSA, 0x1234, &a, &cut));
	assert_int_equal(a.kind, DNS_BAD);
}

/* Words of a process that may have been taken over. */
static void nonsense_is_not_read(void **state)
{
	static const char head[] =
	    "answer kind=0 cut=0 validated=1 count=1 left=0 zone=\"\" alias=\"\"\n";
	static const char *const nonsense[] = {"record name=a preference=0 weight=0 port=0\n",
	    "tlsa usage=256 selector=1 matching=1 data=00\n", "tlsa usage=3 selector=1 matching=1\n",
	    "tlsa usage=3 selector=1 matching=1 data=0\n",
	    "tlsa usage=3 selector=1 matching=1 data=0g\n",
	    "tlsa usage=3 selector=-1 matching=1 data=00\n",
	    "tlsa usage=3 selector=1 matching=1 data=00\ntlsa usage=3 selector=1 matching=1 data=00\n"};
	struct dns_answer a;
	bool cut;
	(void)state;
	for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
		struct buffer lines = {0};
		buffer_printf(&lines, "%s%s", head, nonsense[i]);
		assert_false(exchange_read(&lines, DNS_TLSA, &a, &cut));
		buffer_free(&lines);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(records_count_where_dnssec_vouches),
	    TEST(nobody_is_asked),
	    TEST(bytes_are_read),
	    TEST(nonsense_is_not_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
