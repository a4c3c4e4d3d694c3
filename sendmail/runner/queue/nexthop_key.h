/* The key of a nexthop (config/rules.h), as text in the configuration, the queue's files and a
   relay's orders. */
#ifndef RUNNER_QUEUE_NEXTHOP_KEY_H
#define RUNNER_QUEUE_NEXTHOP_KEY_H
#include "config/rules.h"

/* What it means. */
enum nexthop_kind {
	NEXTHOP_SMARTHOSTS, /* "main,backup": their names, in the order in which they are asked */
	NEXTHOP_MX,         /* "@DOMAIN": the servers of a domain */
	NEXTHOP_LOCAL,      /* mailboxes of this machine */
	NEXTHOP_FILTER,     /* "|NAME": a filter looks at it first */
	NEXTHOP_GATHER,     /* "+NUMBER": gathered for a digest (runner/attempt/gather.h) */
	NEXTHOP_NOWHERE,    /* "": no server is configured */
	NEXTHOP_HERE /* no server is asked now: aliases hold up what is left, or it cannot be read */
};
#define NEXTHOP_KEY_LOCAL RULES_LOCAL
#define NEXTHOP_KEY_HERE "-"
#define NEXTHOP_KEY_GATHER '+' /* before a number */

enum nexthop_kind nexthop_key_kind(const char *key);

/* The names in it, as server_state has them: each smarthost, or "@DOMAIN", or the key itself; none
 * for NEXTHOP_NOWHERE.  Returns their number; free them, and the array. */
int nexthop_key_names(const char *key, char ***names);
#endif
