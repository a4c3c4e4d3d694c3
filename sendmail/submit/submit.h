/* What every way to hand a message over has in common: opening drop/, and what is said and done
 * before and after. */
#ifndef SUBMIT_SUBMIT_H
#define SUBMIT_SUBMIT_H
#include "message/envelope.h"
#include "spool/follow_line.h"
#include "submit/options.h"
#include "submit/startup.h"

/* One message from standard input.  Returns a sysexits code; 0: it is on disk. */
int submit_message(const struct options *o, const struct caller *c);

/* Opens drop/, puts the group aside and makes signals remove what is unfinished.  EX_OK, or a code
 * after a message. */
int submit_open(struct drop *drop, const struct caller *c, bool whole_session);

/* The message drop->id is on disk: writes the log line and (unless o says: queue only) wakes the
   runner, or starts one; nothing of that when the runner itself stored it.  Says who knows of
   it. */
enum follow_runner submit_stored(const struct options *o, struct envelope *e,
    const struct drop *drop);

/* A line in the log for what was not taken; code as it would be the exit status. */
void submit_log_refusal(const struct diagnosis *why, int code);
#endif
