/* Rules about what mail gets on its way out. */
#include "base/language.h"
#include "base/text.h"
#include "config/people.h"
#include "relayconf/findings.h"
#include <string.h>

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

/* The login crosses the network as it is. */
void check_proxy(struct check *c)
{
	for (int i = 0; i < c->config->smarthost_count; i++) {
		const struct smarthost *s = &c->config->smarthosts[i];
		if (s->proxy[0] == '\0')
			continue;
		if (s->proxy_login[0] != '\0')
			finding(c, GRADE_NOTE, "use a proxy on this machine, or one in a network of your own",
			    "%s: the password for the proxy %s crosses the network in the clear", s->name,
			    s->proxy);
		else
			finding(c, GRADE_OK, "", "%s: by the proxy %s, which looks up %s", s->name, s->proxy,
			    s->host);
	}
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

/* A name that nobody has would be waited for in vain. */
static void check_who(struct check *c, const char *section, bool group, const char *name)
{
	TEXT(who, 330);
	int64_t id;
	text_printf(&who, "%s%s", group ? "%" : "", name);
	enum people there = people_find(who.data, &id);
	if (there == PEOPLE_NO || there == PEOPLE_ABSENT)
		finding(c, GRADE_PROBLEM, "correct the name, or remove that section",
		    "%s: this machine has no %s %s", section, group ? "group" : "user", name);
}

void check_route_users(struct check *c)
{
	TEXT(section, 400);
	for (int i = 0; i < c->config->rule_count; i++) {
		const char *pattern = c->config->rules[i].pattern;
		bool user = text_starts_ci(pattern, "user:"), group = text_starts_ci(pattern, "group:");
		const char *name = pattern + (user ? 5 : group ? 6 : 0);
		name += group && *name == '%';
		section.length = 0;
		text_printf(&section, "[route %s]", pattern);
		if (user || group)
			check_who(c, section.data, group, name);
	}
	for (int i = 0; i < c->config->submitter_count; i++) {
		const char *who = c->config->submitters[i].who;
		section.length = 0;
		text_printf(&section, "[submit %s]", who);
		if (strcmp(who, "*") != 0)
			check_who(c, section.data, *who == '%', who + (*who == '%'));
	}
}

/* What is gathered must leave before it counts as late. */
void check_storm(struct check *c)
{
	const struct config *config = c->config;
	int every_min = config->storm_digest_every_min;
	if (config->storm_messages == 0)
		return;
	if (every_min >= config->expire_after_h * 60)
		finding(c, GRADE_PROBLEM, "set [storm] digest_every_min to 15",
		    "gathered mail is returned before its digest leaves: digest_every_min is %d, and "
		    "expire_after_h %d",
		    every_min, config->expire_after_h);
	else if (config->alarm_after_min > 0 && every_min >= config->alarm_after_min)
		finding(c, GRADE_NOTE, "set [storm] digest_every_min below [queue] alarm_after_min",
		    "gathered mail counts as late before its digest leaves: digest_every_min is %d, and "
		    "alarm_after_min %d",
		    every_min, config->alarm_after_min);
	else
		finding(c, GRADE_OK, "",
		    "storm guard: %d messages %s within %d min go at once, further ones in a digest each "
		    "%d min",
		    config->storm_messages,
		    config->storm_by == CONFIG_STORM_SENDER ? TR("of a sender") : TR("to a recipient"),
		    config->storm_within_min, every_min);
}
