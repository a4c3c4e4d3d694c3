/* The hosts file, read line by line so that an answer can name its line. */
#include "base/text.h"
#include "relay/route/dns.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static bool is_address(const char *word)
{
	unsigned char bytes[16];
	return inet_pton(AF_INET, word, bytes) == 1 || inet_pton(AF_INET6, word, bytes) == 1;
}

/* True when the line gives an address for the name; *address points into it. */
static bool names(char *line, const char *host, const char **address)
{
	line[strcspn(line, "#\r\n")] = '\0';
	char *word = strtok(line, " \t");
	*address = word;
	while (word != NULL && (word = strtok(NULL, " \t")) != NULL) {
		if (text_equal_ci(word, host))
			return is_address(*address);
	}
	return false;
}

bool dns_hosts_read(FILE *file, const char *host, struct dns_answer *a)
{
	char *line = NULL;
	const char *address;
	size_t size = 0;
	*a = (struct dns_answer){.kind = DNS_NONE};
	for (int number = 1; a->count < DNS_RECORDS_MAX && getline(&line, &size, file) >= 0; number++) {
		if (!names(line, host, &address))
			continue;
		if (a->count == 0)
			snprintf(a->source, sizeof a->source, "hosts file /etc/hosts:%d", number);
		text_copy(a->records[a->count++].name, sizeof a->records[0].name, address);
		a->kind = DNS_RECORDS;
	}
	free(line);
	return a->count > 0;
}

bool dns_hosts(const char *host, struct dns_answer *a)
{
	FILE *file = fopen("/etc/hosts", "re");
	*a = (struct dns_answer){.kind = DNS_NONE};
	bool found = file != NULL && dns_hosts_read(file, host, a);
	if (file != NULL)
		fclose(file);
	if (found || !text_equal_ci(host, "localhost"))
		return found;
	*a = (struct dns_answer){.kind = DNS_RECORDS, .count = 1, .source = "localhost is known"};
	text_copy(a->records[0].name, sizeof a->records[0].name, "127.0.0.1");
	return true;
}
