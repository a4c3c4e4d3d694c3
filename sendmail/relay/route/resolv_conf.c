/* Reading it as the system's resolver does; what it has and we do not heed is kept by name. */
#include "relay/route/resolv_conf.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void note_unheeded(struct resolv_conf *c, const char *word)
{
	struct text t;
	size_t length = strlen(c->unheeded);
	text_init(&t, c->unheeded + length, sizeof c->unheeded - length);
	text_put(&t, length > 0 ? " " : "");
	text_escape(&t, word, strlen(word));
}

static bool take_number(const char *word, const char *name, long long most, int *number)
{
	long long n;
	size_t length = strlen(name);
	if (!text_starts(word, name))
		return false;
	if (text_number(word + length, 0, 1000000, &n))
		*number = (int)(n > most ? most : n);
	return true;
}

/* What changes nothing in questions like ours. */
static bool is_without_effect(const char *word)
{
	static const char *const words[] = {"debug", "edns0", "single-request", "single-request-reopen",
	    "no-check-names", "no-reload", "inet6", "ip6-bytestring", "ip6-dotint", "no-ip6-dotint",
	    "insecure1", "insecure2"};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(word, words[i]) == 0)
			return true;
	}
	return false;
}

static void take_option(struct resolv_conf *c, const char *word)
{
	if (strcmp(word, "rotate") == 0)
		c->rotate = true;
	else if (strcmp(word, "use-vc") == 0 || strcmp(word, "usevc") == 0)
		c->tcp = true;
	else if (strcmp(word, "trust-ad") == 0)
		c->trust_ad = true;
	else if (strcmp(word, "no-aaaa") == 0)
		c->no_ipv6 = true;
	else if (strcmp(word, "no-tld-query") == 0 || strcmp(word, "no_tld_query") == 0)
		c->no_tld = true;
	else if (!take_number(word, "timeout:", 30, &c->timeout_s) &&
	         !take_number(word, "attempts:", 5, &c->attempts) &&
	         !take_number(word, "ndots:", 15, &c->ndots) && !is_without_effect(word))
		note_unheeded(c, word);
	c->timeout_s = c->timeout_s < 1 ? 1 : c->timeout_s;
	c->attempts = c->attempts < 1 ? 1 : c->attempts;
}

static void add_search(struct resolv_conf *c, const char *domain)
{
	size_t length = strlen(domain);
	if (c->search_count == RESOLV_CONF_SEARCH_MAX || length >= sizeof c->search[0])
		return;
	char *to = c->search[c->search_count++];
	text_copy(to, sizeof c->search[0], domain);
	if (length > 1 && to[length - 1] == '.')
		to[length - 1] = '\0';
}

/* The last of search and domain counts; one server in a line, and after it is a comment. */
static void take_line(struct resolv_conf *c, char *line, bool *searches)
{
	char *save = NULL, *key = strtok_r(line, " \t\r\n", &save), *word;
	if (key == NULL || *key == '#' || *key == ';')
		return;
	bool search = strcmp(key, "search") == 0, domain = strcmp(key, "domain") == 0;
	bool options = strcmp(key, "options") == 0;
	if (search || domain) {
		c->search_count = 0;
		*searches = true;
	} else if (!options && strcmp(key, "nameserver") != 0) {
		note_unheeded(c, key);
		return;
	}
	while ((word = strtok_r(NULL, " \t\r\n", &save)) != NULL) {
		if (options)
			take_option(c, word);
		else if (search || domain)
			add_search(c, word);
		else if (c->count < RESOLV_CONF_SERVERS_MAX)
			text_copy(c->servers[c->count++], sizeof c->servers[0], word);
		if (!options && !search)
			return;
	}
}

/* Without a search list: what follows the first dot of this machine's name. */
static void search_own_domain(struct resolv_conf *c)
{
	char name[256] = "";
	if (gethostname(name, sizeof name - 1) != 0)
		return;
	const char *dot = strchr(name, '.');
	if (dot != NULL && dot[1] != '\0')
		add_search(c, dot + 1);
}

void resolv_conf_read(struct resolv_conf *c)
{
	char *line = NULL;
	size_t size = 0;
	bool searches = false;
	*c = (struct resolv_conf){.timeout_s = 5, .attempts = 2, .ndots = 1};
	FILE *file = fopen("/etc/resolv.conf", "re");
	while (file != NULL && getline(&line, &size, file) >= 0)
		take_line(c, line, &searches);
	free(line);
	if (file != NULL)
		fclose(file);
	if (c->count == 0)
		text_copy(c->servers[c->count++], sizeof c->servers[0], "127.0.0.1");
	if (!searches)
		search_own_domain(c);
}

static void add_name(struct dns_names *n, const char *host, const char *domain)
{
	struct text t;
	if (n->count == DNS_NAMES_MAX)
		return;
	text_init(&t, n->names[n->count], sizeof n->names[0]);
	text_put(&t, host);
	if (*domain != '\0' && strcmp(domain, ".") != 0)
		text_printf(&t, ".%s", domain);
	/* What is too long to be asked for (RFC 1035 2.3.4) is passed over, as the system does it. */
	n->count += !t.overflow && t.length <= 253;
}

void resolv_conf_complete(const struct resolv_conf *c, const char *host, struct dns_names *n)
{
	size_t length = strlen(host);
	char bare[256];
	int dots = 0;
	n->count = 0;
	for (const char *at = host; *at != '\0'; at++)
		dots += *at == '.';
	text_copy(bare, sizeof bare, host);
	if (length > 0 && length < sizeof bare && host[length - 1] == '.') {
		bare[length - 1] = '\0';
		add_name(n, bare, "");
		return;
	}
	bool first = dots >= c->ndots;
	if (first)
		add_name(n, bare, "");
	for (int i = 0; i < c->search_count; i++)
		add_name(n, bare, c->search[i]);
	if (!first && !(dots == 0 && c->no_tld))
		add_name(n, bare, "");
}
