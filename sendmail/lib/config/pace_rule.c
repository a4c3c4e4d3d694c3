/* Limits as they are written. */
#include "config/pace_rule.h"
#include "base/language.h"
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *brief;
	int seconds;
} units[PACE_UNITS] = {{"minute", "min", 60}, {"hour", "h", 3600}, {"day", "d", 86400}};

int pace_unit_s(enum pace_unit unit)
{
	return units[unit].seconds;
}

const char *pace_unit_name(enum pace_unit unit)
{
	return units[unit].name;
}

static int find_unit(const char *word)
{
	for (int i = 0; i < PACE_UNITS; i++) {
		if (text_equal_ci(word, units[i].name) || text_equal_ci(word, units[i].brief))
			return i;
	}
	return -1;
}

bool pace_rule_read(const char *value, struct pace_rule *rule, struct text *problem)
{
	char word[40], *slash;
	*rule = (struct pace_rule){0};
	if (strcmp(value, "0") == 0)
		return true;
	for (const char *at = value; *(at += strspn(at, " ,\t")) != '\0';) {
		size_t n = strcspn(at, " ,\t");
		long long most = 0;
		snprintf(word, sizeof word, "%.*s", n < 39 ? (int)n : 39, at);
		slash = strchr(word, '/');
		int unit = slash != NULL ? find_unit(slash + 1) : -1;
		if (slash != NULL)
			*slash = '\0';
		if (unit < 0 || !text_number(word, 1, 10000000, &most)) {
			text_printf(problem,
			    TR("\"%.*s\" is not NUMBER/minute, NUMBER/hour or NUMBER/day, or several of "
			       "these"),
			    n < 80 ? (int)n : 80, at);
			return false;
		}
		if (rule->most[unit] != 0) {
			text_printf(problem, TR("there is a limit for each %s already"), units[unit].name);
			return false;
		}
		rule->most[unit] = (int)most;
		at += n;
	}
	return true;
}

bool pace_rule_is_empty(const struct pace_rule *rule)
{
	bool empty = true;
	for (int i = 0; i < PACE_UNITS; i++)
		empty = empty && rule->most[i] == 0;
	return empty;
}

void pace_rule_put(const struct pace_rule *rule, struct text *value)
{
	const char *between = "";
	for (int i = 0; i < PACE_UNITS; i++) {
		if (rule->most[i] == 0)
			continue;
		text_printf(value, "%s%d/%s", between, rule->most[i], units[i].name);
		between = " ";
	}
}
