/* The outcomes of an attempt, and its end: what is noted, who is told, and whether the message
   goes, waits or is done.  Whoever calls one of these that ends it has no message any more. */
#ifndef RUNNER_CONCLUDE_H
#define RUNNER_CONCLUDE_H
#include "runner/message.h"

/* Reads a message to work on it, and deals with one that cannot be worked on: it is set aside or
   forgotten, waits, or is reported, and that is logged.  NULL then; the entry may be freed. */
struct message *message_load(struct runner *r, struct entry *e);

/* Gives m back untouched. */
void message_return(struct runner *r, struct message *m);

/* Notes the outcome of one recipient: log line, journal line, state.  next: another server is to be
 * asked at once. */
void message_note(struct runner *r, struct message *m, int rcpt, bool next,
    const struct diagnosis *d);

/* The attempt of m is over: bounces, journal, next time or removal.  steps: what the relay said on
   the way; left: candidates that it had not tried.  Frees m and, when the message is gone, its
   entry. */
void message_conclude(struct runner *r, struct message *m, struct buffer *steps, int left);

/* All open recipients fail with d; as message_conclude. */
void message_give_up(struct runner *r, struct message *m, const struct diagnosis *d);

/* The servers of the path of m are passed over now, because of why (steps tells): m goes on to its
   next path, or, when it has come from another one, waits for its next attempt, and is freed.
   False, with nothing done: it has no other way. */
bool message_detour(struct runner *r, struct message *m, const struct diagnosis *why,
    struct buffer *steps);

/* The sender of m was told that it is late. */
void message_note_warned(struct runner *r, struct message *m);

/* The report about all that failed is on disk: m is done, and freed with its entry. */
void message_end_reported(struct runner *r, struct message *m);
#endif
