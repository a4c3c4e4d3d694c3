/* route: the way that a message to an address would take now.  Aliases and completion here; names and servers by relay, with the code that
   delivers. */
#include "base/diag.h"
#include "base/paths.h"
#include "config/aliases.h"
#include "config/config.h"
#include "message/address.h"
#include "relayconf/command.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static void put_final(void *context, const char *address)
{
	const struct config *c = context;
	char *full = address_qualify(address, c->domain);
	printf("             <%s>%s\n", full, *address_domain(address) == '\0' ? " (completed with [host] domain)" : "");
	free(full);
}

static void put_address(const struct config *c, const struct aliases *set, const char *address)
{
	const char *wrong = address_problem(address);
	printf("%s\n", address);
	if (wrong != NULL) {
		printf("  refused    %s\n", wrong);
		return;
	}
	if (*address_domain(address) != '\0') {
		printf("  recipient  <%s>, as it is; no domain is local here\n", address);
		return;
	}
	printf("  aliases    %s\n", c->aliases);
	if (aliases_expand(set, address, put_final, (void *)(uintptr_t)c) == 0) {
		printf("             has no entry for %s\n  recipient\n", address);
		put_final((void *)(uintptr_t)c, address);
	}
}

int command_route(const char *path, int count, char **addresses)
{
	struct config c;
	struct aliases *set = NULL;
	struct diagnosis d = {0};
	if (!config_read(&c, path, &d) || !aliases_read(&set, c.aliases, true, &d)) {
		fprintf(stderr, "relayconf: %s\n", d.text);
		aliases_free(set);
		config_free(&c);
		return EX_CONFIG;
	}
	for (int i = 0; i < count; i++)
		put_address(&c, set, addresses[i]);
	aliases_free(set);
	config_free(&c);
	printf("\nsmarthosts, in the order in which they are tried\n");
	return command_relay("--route", path, NULL, NULL);
}
