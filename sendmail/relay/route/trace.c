/* Answers in words. */
#include "relay/route/trace.h"
#include "base/text.h"
#include "relay/route/failure.h"

static void put_record(struct buffer *trace, const struct dns_answer *a, int i, char type)
{
	if (a->tlsa.count > 0) {
		TEXT(words, 200);
		tlsa_put(&words, &a->tlsa, &a->tlsa.records[i]);
		buffer_puts(trace, words.data);
		return;
	}
	if (type == 'M' || type == 'S')
		buffer_printf(trace, "%u ", a->records[i].preference);
	buffer_puts(trace, a->records[i].name[0] ? a->records[i].name : ".");
	if (type == 'S')
		buffer_printf(trace, ":%u", a->records[i].port);
}

void trace_answer(struct buffer *trace, const char *question, const char *type,
    const struct dns_answer *a)
{
	buffer_printf(trace, "%s %s", type, question);
	if (a->alias[0] != '\0')
		buffer_printf(trace, ", by another name (CNAME) %s,", a->alias);
	if (a->kind != DNS_RECORDS) {
		TEXT(words, 500);
		failure_put_outcome(&words, a);
		buffer_printf(trace, ": %s\n", words.data);
		return;
	}
	for (int i = 0; i < a->count; i++) {
		buffer_puts(trace, i == 0 ? " = " : ", ");
		put_record(trace, a, i, type[0]);
	}
	buffer_printf(trace, " (%s%s)\n", a->source, a->validated ? ", validated by DNSSEC" : "");
	if (a->left_out > 0)
		buffer_printf(trace, "%s %s has %d records: the %d %s are used\n", type, question,
		    a->count + a->left_out, a->count,
		    type[0] == 'M' || type[0] == 'S' ? "most preferred" : "first");
}
