/* What a user may submit: senders, recipients, limits, as the runner publishes them in drop/. */
#ifndef SUBMIT_LIMITS_H
#define SUBMIT_LIMITS_H
#include "message/envelope.h"
#include "submit/startup.h"

/* May the caller send as sender (NULL: as themselves) now?  EX_OK, or a code with why: a rule, a
 * limit, or too little disk (spool/policy.h). */
int limits_check(const struct drop *drop, const struct caller *c, const char *sender,
    struct diagnosis *why);

/* May a message have so many recipients?  False with why.  One that goes over submit.sock is judged
 * by the runner alone, which knows the limit. */
bool limits_recipients(const struct drop *drop, size_t count, struct diagnosis *why);

/* Reads the rules again, between messages; while the group is back. */
void limits_load(struct drop *drop);
#endif
