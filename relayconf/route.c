/* route: the way that a message to an address would take now.  Aliases and completion here; names and servers by relay, with the code that
   delivers. */
#include "base/diag.h"
#include "base/paths.h"
#include "config/aliases.h"
#include "config/recipients.h"
#include "config/rules.h"
#include "message/address.h"
#include "relayconf/command.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define PATHS_MAX 50

struct asking {
	const struct config *config;
	char *sender;           /* as it goes out; "" = none was given */
	char *paths[PATHS_MAX]; /* each once, in the order in which they came up */
	int count;
	bool refused;           /* an address cannot be one */
};

static void remember(struct asking *a, const char *path)
{
	for (int i = 0; i < a->count; i++) {
		if (strcmp(a->paths[i], path) == 0)
			return;
	}
	if (a->count < PATHS_MAX)
		a->paths[a->count++] = mem_copy(path);
}

static void put_path(const char *path, bool first)
{
	printf("  %-10s %s%s%s\n", first ? "servers" : "then", *path == '@' ? "the MX of " : "smarthost ", *path == '@' ? path + 1 : path,
	       strchr(path, ',') != NULL ? " (in this order)" : "");
}

/* The rule, and the loud sentence for the case in which other agents decide by themselves that mail is local. */
static void put_way(struct asking *a, const char *full)
{
	struct paths_of p;
	const char *domain = address_domain(full);
	rules_paths(a->config, a->sender, full, &p);
	if (rules_covers_own_name(a->config, domain))
		printf("  note       %s is, or holds, this machine's own name (%s); it is not local for that: nothing is delivered here\n", domain, a->config->name);
	if (p.rule != NULL)
		printf("  rule       [route %s] via = %s (line %d)\n", p.rule->pattern, p.rule->via, p.rule->line);
	else
		printf("  rule       no [route] fits: the smarthosts in their order%s\n", a->config->direct_mx ? ", then the domain's own MX" : "");
	for (int i = 0; i < p.count; i++) {
		put_path(p.paths[i], i == 0);
		remember(a, p.paths[i]);
	}
	if (p.count == 0) {
		printf("  servers    none is configured: the mail waits\n");
		remember(a, "");
	}
}

static void put_final(void *context, const char *address)
{
	struct asking *a = context;
	char *full = address_qualify(address, a->config->domain);
	printf("  recipient  <%s>%s\n", full, *address_domain(address) == '\0' ? " (completed with [host] domain)" : "");
	put_way(a, full);
	free(full);
}

static void put_address(struct asking *a, const struct aliases *set, const char *address)
{
	const char *wrong = address_problem(address);
	printf("%s\n", address);
	if (wrong != NULL) {
		printf("  refused    %s\n", wrong);
		a->refused = true;
		return;
	}
	if (*address_domain(address) != '\0') {
		printf("  aliases    not asked: the address has a domain, and no domain is local here\n");
		put_final(a, address);
		return;
	}
	printf("  aliases    %s\n", a->config->aliases);
	if (aliases_expand(set, address, put_final, a) == 0) {
		printf("             has no entry for %s\n", address);
		put_final(a, address);
	}
}

/* relay tells each path; its own process each, because relay takes on the rights of the runner. */
static int put_paths(const char *path, struct asking *a)
{
	int worst = EX_OK;
	printf("\nservers, in the order in which they are tried\n");
	fflush(stdout);
	for (int i = 0; i < a->count; i++) {
		int status = 0;
		pid_t pid = fork();
		if (pid == 0)
			_exit(command_relay("--route", path, a->paths[i], NULL));
		if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
			worst = EX_OSERR;
		else if (WEXITSTATUS(status) != EX_OK)
			worst = WEXITSTATUS(status);
		free(a->paths[i]);
	}
	return worst;
}

/* The sender as the policy makes it. */
static char *take_sender(const struct config *c, const char *sender)
{
	struct envelope e;
	if (sender == NULL)
		return mem_copy("");
	envelope_init(&e);
	free(e.sender);
	e.sender = mem_copy(sender);
	char *result = recipients_sender(&e, c);
	envelope_free(&e);
	TEXT(policy, 400);
	config_value(c, "sender", NULL, "envelope_from", &policy);
	printf("%s\n  sender     goes out as <%s> ([sender] envelope_from = %s)\n", *sender != '\0' ? sender : "<>", result, policy.data);
	return result;
}

/* One address a line, as "sendmail -bt" reads them. */
static void put_lines(struct asking *a, const struct aliases *set)
{
	char *line = NULL;
	size_t size = 0;
	while (getline(&line, &size, stdin) >= 0) {
		char *address = text_trim(line);
		if (*address != '\0')
			put_address(a, set, address);
	}
	free(line);
}

int command_route(const char *path, const char *sender, int count, char **addresses)
{
	struct config c;
	struct aliases *set = NULL;
	struct diagnosis d = {0};
	struct asking a = {.config = &c};
	if (!config_read(&c, path, &d) || !aliases_read(&set, c.aliases, true, &d)) {
		fprintf(stderr, "relayconf: %s\n", d.text);
		aliases_free(set);
		config_free(&c);
		return EX_CONFIG;
	}
	a.sender = take_sender(&c, sender);
	for (int i = 0; i < count; i++) {
		if (strcmp(addresses[i], "-") == 0)
			put_lines(&a, set);
		else
			put_address(&a, set, addresses[i]);
	}
	int code = a.count > 0 ? put_paths(path, &a) : EX_OK;
	code = a.refused ? EX_NOUSER : code;
	free(a.sender);
	aliases_free(set);
	config_free(&c);
	return code;
}
