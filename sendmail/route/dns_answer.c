/* From the bytes of a DNS answer to records, with the system's own parser. */
#include "base/text.h"
#include "route/dns.h"
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

const char *dns_kind_name(enum dns_kind k)
{
	static const char *const names[] = {"records", "no records", "no such name", "no answer", "broken answer"};
	return names[k];
}

/* One record's data: preference and name (MX), or priority, weight, port and name (SRV). */
static bool take_record(ns_msg *message, const ns_rr *rr, int type, struct dns_record *record)
{
	const unsigned char *data = ns_rr_rdata(*rr);
	size_t fixed = type == ns_t_srv ? 6 : 2;
	if (ns_rr_rdlen(*rr) <= fixed)
		return false;
	*record = (struct dns_record){.preference = (uint16_t)ns_get16(data)};
	if (type == ns_t_srv) {
		record->weight = (uint16_t)ns_get16(data + 2);
		record->port = (uint16_t)ns_get16(data + 4);
	}
	int n = dn_expand(ns_msg_base(*message), ns_msg_end(*message), data + fixed, record->name, sizeof record->name);
	return n > 0 && !text_has_control(record->name);
}

bool dns_parse(const unsigned char *bytes, size_t length, int type, struct dns_answer *a)
{
	ns_msg message;
	ns_rr rr;
	*a = (struct dns_answer){.kind = DNS_NONE};
	if (length > 65535 || ns_initparse(bytes, (int)length, &message) != 0) {
		a->kind = DNS_BAD;
		text_copy(a->detail, sizeof a->detail, "the answer is cut or no DNS message");
		return false;
	}
	for (int i = 0; i < ns_msg_count(message, ns_s_an) && a->count < DNS_RECORDS_MAX; i++) {
		if (ns_parserr(&message, ns_s_an, i, &rr) != 0) {
			a->kind = DNS_BAD;
			return false;
		}
		if (ns_rr_type(rr) != (unsigned)type)
			continue;
		if (!take_record(&message, &rr, type, &a->records[a->count])) {
			a->kind = DNS_BAD;
			return false;
		}
		a->count++;
	}
	if (a->count > 0)
		a->kind = DNS_RECORDS;
	return true;
}
