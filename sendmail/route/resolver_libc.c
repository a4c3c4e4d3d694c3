/* The system's resolver. */
#include "base/text.h"
#include "route/dns.h"
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_BYTES 65535

static void ask(const char *name, int type, struct dns_answer *a)
{
	static unsigned char bytes[ANSWER_BYTES];
	*a = (struct dns_answer){.kind = DNS_AGAIN};
	int n = res_query(name, ns_c_in, type, bytes, sizeof bytes);
	if (n >= 0) {
		dns_parse(bytes, (size_t)n, type, a);
		return;
	}
	if (h_errno == HOST_NOT_FOUND)
		a->kind = DNS_NXDOMAIN;
	else if (h_errno == NO_DATA)
		a->kind = DNS_NONE;
	else if (h_errno == NO_RECOVERY)
		a->kind = DNS_BAD;
	text_copy(a->detail, sizeof a->detail, hstrerror(h_errno));
}

void dns_mx(const char *domain, struct dns_answer *a)
{
	ask(domain, ns_t_mx, a);
}

void dns_srv(const char *name, struct dns_answer *a)
{
	ask(name, ns_t_srv, a);
}

static enum dns_kind kind_of(int error)
{
	switch (error) {
	case EAI_AGAIN: return DNS_AGAIN;
	case EAI_NONAME: return DNS_NXDOMAIN;
#ifdef EAI_NODATA
#if EAI_NODATA != EAI_NONAME
	case EAI_NODATA: return DNS_NONE;
#endif
#endif
	case EAI_FAIL: return DNS_AGAIN;
	default: return DNS_BAD;
	}
}

void dns_addresses(const char *host, struct dns_answer *a)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *list = NULL;
	*a = (struct dns_answer){.kind = DNS_NONE};
	int error = getaddrinfo(host, NULL, &hints, &list);
	if (error != 0) {
		a->kind = kind_of(error);
		text_copy(a->detail, sizeof a->detail, gai_strerror(error));
		return;
	}
	for (struct addrinfo *ai = list; ai != NULL && a->count < DNS_RECORDS_MAX; ai = ai->ai_next) {
		struct dns_record *r = &a->records[a->count];
		if (getnameinfo(ai->ai_addr, ai->ai_addrlen, r->name, sizeof r->name, NULL, 0, NI_NUMERICHOST) == 0)
			a->count++;
	}
	freeaddrinfo(list);
	if (a->count > 0)
		a->kind = DNS_RECORDS;
}
