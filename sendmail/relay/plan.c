/* The plan of an attempt, from the same route_find that delivers. */
#include "relay/plan.h"
#include "diagnosis/catalogue.h"
#include "base/fdio.h"
#include "base/output.h"
#include "relay/attempt.h"
#include "relay/route/moved.h"
#include "relay/route/route.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static void put_candidates(const struct smarthost *smarthost, const struct route *r)
{
	for (int i = 0; i < r->count; i++) {
		const struct candidate *c = &r->candidates[i];
		output_to(stdout, "    %d  %s[%s] port %u, TLS %s%s", i + 1, c->name, c->address, c->port,
		    smarthost_tls_name(smarthost->tls), c->implicit ? " from the first byte" : "");
		if (c->via[0] != '\0')
			output_to(stdout, ", by the proxy at [%s]:%u", c->via, c->via_port);
		if (smarthost->login[0] != '\0')
			output_to(stdout, ", login %s", smarthost->login);
		output_to(stdout, "\n");
	}
}

/* DNS denies the name, or the service: asking again later is of no use. */
static bool says_no(const struct diagnosis *why)
{
	static const enum reason_key keys[] = {REASON_DNS_NXDOMAIN, REASON_DNS_NULL_MX,
	    REASON_DNS_SRV_NULL, REASON_DNS_MX_MISSING, REASON_DNS_SRV_MISSING,
	    REASON_DNS_TARGET_MISSING, REASON_DOMAIN_TARGET_MISSING};
	bool found = why->verdict == VERDICT_FAILED;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0] && !found; i++)
		found = why->key == keys[i];
	return found;
}

/* *no_name stays true while each name does not exist, which is an answer. */
static bool put_smarthost(const struct smarthost *smarthost, bool *no_name)
{
	struct route r;
	TEXT(moved, 500);
	char *line;
	bool found = route_find(smarthost, &r);
	if (smarthost->direct)
		output_to(stdout, "\n  the servers of %s itself (port %u)\n", smarthost->host,
		    smarthost->port);
	else
		output_to(stdout, "\n  smarthost %s: host %s, lookup %s\n", smarthost->name,
		    smarthost->host, smarthost_lookup_name(smarthost->lookup));
	while ((line = fdio_take_line(&r.trace)) != NULL) {
		output_to(stdout, "       %s\n", line);
		free(line);
	}
	moved_look(smarthost, &r, &moved);
	if (moved.length > 0)
		output_to(stdout, "       %s\n", moved.data);
	if (found) {
		put_candidates(smarthost, &r);
	} else {
		const struct reason *row = catalogue_row(r.why.key);
		*no_name = *no_name && says_no(&r.why);
		output_to(stdout, "       %s\n", r.why.text);
		if (row != NULL)
			output_to(stdout, "       meaning   %s\n       remedy    %s\n", row->meaning,
			    row->remedy);
	}
	route_free(&r);
	return found;
}

int plan_print(const struct config *config, const char *path)
{
	static struct smarthost smarthosts[CONFIG_SMARTHOSTS_MAX];
	struct attempt a = {.config = config, .path = path};
	bool any = false, no_name = true;
	int count = attempt_smarthosts(&a, smarthosts, CONFIG_SMARTHOSTS_MAX);
	for (int i = 0; i < count; i++)
		any = put_smarthost(&smarthosts[i], &no_name) || any;
	if (count == 0)
		output_to(stdout, "\n  none is configured: add [smarthost main] and host = NAME\n");
	return any ? EX_OK : count == 0 ? EX_CONFIG : no_name ? EX_NOHOST : EX_TEMPFAIL;
}
