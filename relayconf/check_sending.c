/* Rules about what mail gets on its way out. */
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
