/* Which servers take a message: the rules of [route PATTERN] sections, in their order, then the
   smarthosts by default.
   Patterns:
     example.org             that domain, of a recipient
     .example.org            its subdomains
     ops@example.org         that recipient
     from:cron@example.org   that sender
     from:example.org        that domain, of a sender
     user:www, group:ops     whoever handed it in, by name or number
     *                       everything
   A path is the list of servers as one word:
     main,backup             smarthosts, in this order
     @example.org            that domain's own servers (MX)
     =local                  a mailbox here
     |spam                   the filter of that name first (config/filter.h) */
#ifndef CONFIG_RULES_H
#define CONFIG_RULES_H
#include "config/config.h"

#define RULES_PATHS_MAX 3
#define RULES_LOCAL "=local" /* the path of mail that stays here */
#define RULES_FILTER '|'     /* before the name of a filter */
#define RULES_PATH_SIZE 700

struct paths_of {
	char paths[RULES_PATHS_MAX][RULES_PATH_SIZE]; /* tried one after the other */
	int count;               /* 0: nothing is configured that could take this mail */
	const struct rule *rule; /* NULL: by default */
};

/* Fills in p for a message from sender to rcpt (complete addresses; sender may be ""),
 * handed in by uid (-1 = nobody knows). */
void rules_paths(const struct config *c, const char *sender, int64_t uid, const char *rcpt,
    struct paths_of *p);

/* True when it cannot be known now which rule is for mail of that user (the directory of users is
 * away): why.  Then rules_paths could name a wrong server. */
bool rules_unsure(const struct config *c, int64_t uid, struct text *why);

/* Mail that has waited for after_h of [local] and has no rule: its mailbox is the last path. */
void rules_add_last_resort(const struct config *c, const char *rcpt, int64_t age_s,
    struct paths_of *p);

/* What the Received field says of a message to these recipients: by [sender] and by their routes;
 * where these differ, the one that says least counts, for they get the same bytes. */
enum stamp_received rules_received(const struct config *c, const char *sender, int64_t uid,
    char *const *rcpts, int count);

/* True when all mail goes one way: no rules, no direct MX, nothing local. */
bool rules_are_simple(const struct config *c);

/* The path over smarthosts of a rule's via; "" when it has none but direct. */
void rules_via_path(const struct rule *rule, char *path, size_t size);

/* The path of mail that no rule names; "" without a smarthost. */
void rules_default_path(const struct config *c, char *path, size_t size);

/* True when domain is the machine's own name, or its name lies in domain: the case in which other
   agents decide by themselves that it is local.  What becomes of the domain's mail is added to
   words as a sentence (some 700 bytes). */
bool rules_own_name(const struct config *c, const char *domain, struct text *words);

/* For config.c: false with a sentence in problem. */
bool rules_pattern_ok(const char *pattern, struct text *problem);
bool rules_via_ok(const struct config *c, const struct rule *rule, struct text *problem);

/* The name of a smarthost that is most like one that there is not; NULL: none is near. */
const char *rules_nearest_smarthost(const struct config *c, const char *name);
#endif
