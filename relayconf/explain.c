/* explain: a row of the catalogue, by its key or by a server's words. */
#include "diagnosis/catalogue.h"
#include "base/output.h"
#include "base/text.h"
#include "relayconf/command.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static void print_row(const struct reason *row)
{
	output_to(stdout, "key       %s\nmeaning   %s\nremedy    %s\n", row->key, row->meaning,
	    row->remedy);
	output_to(stdout, "fault     %s\n",
	    row->fault == FAULT_NONE ? "as the stage says" : fault_name(row->fault));
	output_to(stdout, "waiting   %s\n",
	    row->stays ? "alone does not mend this" : "may be all that is needed");
	if (row->wait_s >= 60)
		output_to(stdout, "wait      at least %d min between attempts\n", row->wait_s / 60);
}

/* "513 Relaying denied." as an answer at some stage: the stages at which servers mostly say such
 * things come first. */
static bool explain_words(const char *words)
{
	static const enum stage stages[] = {STAGE_RCPT, STAGE_MAIL, STAGE_AUTH, STAGE_DOT,
	    STAGE_BANNER};
	char *rest;
	long code = strtol(words, &rest, 10);
	for (size_t i = 0; i < sizeof stages / sizeof stages[0] && code >= 400 && code <= 599; i++) {
		struct diagnosis d = {.stage = stages[i], .reply_code = (uint16_t)code};
		rest += strspn(rest, " -");
		size_t n = strspn(rest, "0123456789.");
		if (n >= 5 && n < sizeof d.status)
			text_copy(d.status, n + 1, rest);
		text_copy(d.text, sizeof d.text, words);
		catalogue_recognise(&d);
		bool general = strcmp(d.key, "reply-4xx") == 0 || strcmp(d.key, "reply-5xx") == 0;
		if (general && i + 1 < sizeof stages / sizeof stages[0])
			continue;
		if (d.fault == FAULT_CREDENTIAL)
			d.stage = STAGE_AUTH;
		output_to(stdout, "stage     %s (taken for the answer there)\n", stage_name(d.stage));
		print_row(catalogue_row(d.key));
		return true;
	}
	return false;
}

int command_explain(const char *what)
{
	const struct reason *row = catalogue_row(what);
	if (row != NULL) {
		print_row(row);
		return EX_OK;
	}
	if (explain_words(what))
		return EX_OK;
	output_to(stderr,
	    "relayconf: %.100s is no key, and no answer of a server (which begins with a number from "
	    "400 to 599)\n",
	    what);
	return EX_DATAERR;
}
