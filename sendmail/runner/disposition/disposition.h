/* The end of an attempt: who gets a report, and whether the message
   goes, waits or is done.  Whoever calls one of these that ends it has no message any more. */
#ifndef RUNNER_DISPOSITION_DISPOSITION_H
#define RUNNER_DISPOSITION_DISPOSITION_H
#include "runner/attempt/message.h"

/* Reads a message to work on it, and deals with one that cannot be worked on: it is set aside or
   forgotten, waits, or is reported, and that is logged.  NULL then; the entry may be freed. */
struct message *disposition_begin(struct runner *r, struct entry *e);

/* Gives m back untouched. */
void disposition_return(struct runner *r, struct message *m);

/* The attempt of m is over: bounces, journal, next time or removal.  steps: what the relay said on
   the way; left: candidates that it had not tried.  Frees m and, when the message is gone, its
   entry. */
void disposition_end(struct runner *r, struct message *m, struct buffer *steps, int left);

/* All open recipients fail with d; as disposition_end. */
void disposition_give_up(struct runner *r, struct message *m, const struct diagnosis *d);

/* The servers of the path of m are passed over now, because of why (steps has the details): m goes
   on to its next path, or, when it has come from another one, waits for its next attempt, and is
   freed. False, with nothing done: it has no other way. */
bool disposition_reroute(struct runner *r, struct message *m, const struct diagnosis *why,
    struct buffer *steps);

/* The sender of m has a warning that it is late. */
void disposition_note_warned(struct runner *r, struct message *m);

/* The report about all that failed is on disk: m is done, and freed with its entry. */
void disposition_end_reported(struct runner *r, struct message *m);

/* The end of the runner. */
void disposition_forget(struct runner *r);
#endif
