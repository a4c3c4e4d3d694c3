/* objects: sendmail/relay/route/hosts */
/* The hosts file. */
#include "relay/route/dns.h"
#include "tests/fuzz/fuzz.h"
#include <arpa/inet.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct dns_answer a;
	unsigned char binary[16];
	FILE *file = length > 0 ? fmemopen((void *)(uintptr_t)bytes, length, "r") : NULL;
	if (file == NULL)
		return 0;
	MUST(dns_hosts_read(file, "mon1.example.org", &a) == (a.count > 0));
	MUST(a.count <= DNS_RECORDS_MAX && (a.kind == DNS_RECORDS) == (a.count > 0));
	for (int i = 0; i < a.count; i++)
		MUST(inet_pton(AF_INET, a.records[i].name, binary) == 1 ||
		     inet_pton(AF_INET6, a.records[i].name, binary) == 1);
	fclose(file);
	return 0;
}
