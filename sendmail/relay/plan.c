/* The plan of an attempt, from the same route_find that delivers. */
#include "relay/plan.h"
#include "diagnosis/catalogue.h"
#include "base/fdio.h"
#include "base/language.h"
#include "base/output.h"
#include "base/terminal.h"
#include "diagnosis/steps.h"
#include "relay/attempt.h"
#include "relay/route/moved.h"
#include "relay/route/route.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define INDENT 7

/* A line of its own; where it goes on is below its words. */
static void put_line(int indent, const char *words)
{
	output_to(stdout, "%*s", indent, "");
	terminal_wrap(stdout, words, indent + 2, indent);
}

static void put_labelled(const char *label, const char *words)
{
	int width = terminal_width(stdout);
	output_to(stdout, "%*s", INDENT, "");
	int column = INDENT + terminal_put_label(stdout, TR(label), 10);
	terminal_wrap(stdout, words, width > 0 && width < 60 ? 4 : column, column);
}

static void put_candidates(const struct smarthost *smarthost, const struct route *r)
{
	for (int i = 0; i < r->count; i++) {
		const struct candidate *c = &r->candidates[i];
		TEXT(words, 1200);
		text_printf(&words, "%s[%s] port %u, TLS %s%s", c->name, c->address, c->port,
		    smarthost_tls_name(smarthost->tls), c->implicit ? TR(" from the first byte") : "");
		if (c->tlsa != NULL)
			text_printf(&words, TR(", DANE (%d TLSA records, %d usable)"), c->tlsa->count,
			    tlsa_usable(c->tlsa));
		if (c->via[0] != '\0')
			text_printf(&words, TR(", by the proxy at [%s]:%u"), c->via, c->via_port);
		if (smarthost->login[0] != '\0')
			text_printf(&words, TR(", login %s"), smarthost->login);
		output_to(stdout, "    %d  ", i + 1);
		terminal_wrap(stdout, words.data, INDENT + 2, INDENT + (i > 8));
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
	TEXT(title, 700);
	if (smarthost->direct)
		text_printf(&title, TR("the servers of %s itself (port %u)"), smarthost->host,
		    smarthost->port);
	else
		text_printf(&title, TR("smarthost %s: host %s, lookup %s"), smarthost->name,
		    smarthost->host, smarthost_lookup_name(smarthost->lookup));
	output_to(stdout, "\n");
	put_line(2, title.data);
	while ((line = fdio_take_line(&r.trace)) != NULL) {
		TEXT(step, 8000); /* forty MX have long names */
		step_put(&step, line);
		put_line(INDENT, step.data);
		free(line);
	}
	moved_look(smarthost, &r, &moved);
	if (moved.length > 0)
		put_line(INDENT, moved.data);
	if (found) {
		put_candidates(smarthost, &r);
	} else {
		const struct reason *row = catalogue_row(r.why.key);
		*no_name = *no_name && says_no(&r.why);
		put_line(INDENT, r.why.text);
		if (row != NULL) {
			put_labelled("meaning", TR(row->meaning));
			put_labelled("remedy", TR(row->remedy));
		}
	}
	route_free(&r);
	return found;
}

int plan_print(const struct config *config, const char *path)
{
	static struct smarthost smarthosts[CONFIG_SMARTHOSTS_MAX];
	struct attempt a = {.config = config, .path = path};
	bool any = false, no_name = true;
	language_begin();
	int count = attempt_smarthosts(&a, smarthosts, CONFIG_SMARTHOSTS_MAX);
	for (int i = 0; i < count; i++)
		any = put_smarthost(&smarthosts[i], &no_name) || any;
	if (count == 0)
		output_to(stdout, "\n  %s\n",
		    TR("none is configured: run relayconf setup as root, or add [smarthost main] and "
		       "host = NAME"));
	return any ? EX_OK : count == 0 ? EX_CONFIG : no_name ? EX_NOHOST : EX_TEMPFAIL;
}
