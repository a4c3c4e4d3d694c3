/* Which messages can go in one digest: those with the same local user, envelope sender, recipients
   and flags of submission.  So a digest is sent as each of them would have been. */
#ifndef RUNNER_ATTEMPT_GATHER_KEY_H
#define RUNNER_ATTEMPT_GATHER_KEY_H
#include "config/config.h"
#include "config/rules.h"
#include "message/envelope.h"

/* The key of the nexthop where they wait. */
void gather_key_path(const struct envelope *e, char path[RULES_PATH_SIZE]);

/* True when both may go in one digest; their paths may be the same by chance. */
bool gather_key_same(const struct envelope *a, const struct envelope *b);

/* The number under which [storm] counts a message. */
uint64_t gather_key_count(const struct envelope *e, enum config_storm_by by);

/* The flags of e that a digest takes over. */
void gather_key_flags(const struct envelope *e, struct text *flags);
#endif
