/* Rules about what mail gets on its way out. */
#include "base/language.h"
#include "relayconf/findings.h"

static bool says_none(const struct config *c)
{
	bool none = c->received == STAMP_RECEIVED_NONE;
	for (int i = 0; i < c->rule_count; i++)
		none = none || c->rules[i].received == STAMP_RECEIVED_NONE;
	return none;
}

void check_received(struct check *c)
{
	if (says_none(c->config))
		finding(c, GRADE_NOTE, "received = short hides uid, login and program just as well",
		    "received = none: a circle in which no server writes a Received field would not be "
		    "seen");
}

static void note_archive(struct check *c, const char *where, const char *address)
{
	if (*address != '\0')
		finding(c, GRADE_NOTE, c->config->postmaster[0] != '\0' ? "" : "set [bounce] postmaster",
		    "%s: %s gets a copy of each message; who writes mail here should know that%s", where,
		    address,
		    c->config->postmaster[0] != '\0'
		        ? ""
		        : TR(". [bounce] postmaster is empty: nobody hears of a copy that fails"));
}

void check_archive(struct check *c)
{
	TEXT(where, 400);
	note_archive(c, "[queue] always_bcc", c->config->always_bcc);
	for (int i = 0; i < c->config->rule_count; i++) {
		where.length = 0;
		text_printf(&where, "[route %s] always_bcc", c->config->rules[i].pattern);
		note_archive(c, where.data, c->config->rules[i].always_bcc);
	}
}
