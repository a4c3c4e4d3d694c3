/* How much a smarthost is given in a time: the values of max_messages and max_recipients. */
#ifndef CONFIG_PACE_RULE_H
#define CONFIG_PACE_RULE_H
#include "base/text.h"
#include <stdbool.h>

enum pace_unit { PACE_MINUTE, PACE_HOUR, PACE_DAY, PACE_UNITS };

struct pace_rule {
	int most[PACE_UNITS]; /* 0: no limit */
};

/* "20/min", "500/hour 2000/day"; "" or "0" is no limit.  False with a sentence in problem. */
bool pace_rule_read(const char *value, struct pace_rule *rule, struct text *problem);

/* The same the other way round. */
void pace_rule_put(const struct pace_rule *rule, struct text *value);

bool pace_rule_is_empty(const struct pace_rule *rule);

/* Seconds of a minute, an hour, a day. */
int pace_unit_s(enum pace_unit unit);
const char *pace_unit_name(enum pace_unit unit); /* "minute", "hour", "day" */
#endif
