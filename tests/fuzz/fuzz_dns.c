/* objects: sendmail/relay/route/dns_answer */
/* The bytes of a DNS answer. */
#include "relay/route/dns.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const enum dns_type types[] = {DNS_A, DNS_MX, DNS_AAAA, DNS_SRV, DNS_CNAME, DNS_TLSA};
	struct dns_answer a;
	bool cut;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		a = (struct dns_answer){0};
		if (!dns_parse(bytes, length, "example.org", types[i], 0x4711, &a, &cut))
			continue;
		MUST(a.count >= 0 && a.count <= DNS_RECORDS_MAX);
		MUST(a.tlsa.count == (types[i] == DNS_TLSA ? a.count : 0));
		for (int k = 0; k < a.tlsa.count; k++)
			MUST(a.tlsa.records[k].at + a.tlsa.records[k].size <= TLSA_DATA_BYTES);
		for (int k = 0; k < a.count; k++)
			MUST(memchr(a.records[k].name, '\0', sizeof a.records[k].name) != NULL &&
			     !text_has_control(a.records[k].name));
	}
	return 0;
}
