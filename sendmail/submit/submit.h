/* What every way to hand a message over has in common: opening drop/, and what is said and done
 * before and after. */
#ifndef SUBMIT_SUBMIT_H
#define SUBMIT_SUBMIT_H
#include "message/envelope.h"
#include "submit/options.h"
#include "submit/setup.h"

/* One message from standard input.  Returns a sysexits code; 0: it is on disk. */
int submit_message(const struct options *o, const struct caller *c);

/* Opens drop/, puts the group aside and makes signals remove what is unfinished.  EX_OK, or a code
 * after a message. */
int submit_open(struct drop *drop, const struct caller *c, bool whole_session);

/* May the caller send as sender (NULL: as himself) now?  EX_OK, or a code with why: a rule, a
 * limit, or too little disk (spool/policy.h). */
int submit_check(const struct drop *drop, const struct caller *c, const char *sender,
    struct diagnosis *why);

/* May a message have so many recipients?  False with why.  One that goes over submit.sock is judged
 * by the runner alone, which knows the limit. */
bool submit_takes_recipients(const struct drop *drop, size_t count, struct diagnosis *why);

/* Reads the rules again, between messages; while the group is back. */
void submit_refresh(const struct drop *drop);

/* The message drop->id is on disk: writes the log line and (unless o says: queue only) wakes the
   runner, or starts one; nothing of that when the runner itself stored it.  Says who knows of it.
 */
enum submit_known { SUBMIT_KNOWN, SUBMIT_STARTED, SUBMIT_NOBODY };
enum submit_known submit_stored(const struct options *o, struct envelope *e,
    const struct drop *drop);

/* A line in the log for what was not taken; code as it would be the exit status. */
void submit_log_refusal(const struct diagnosis *why, int code);
#endif
