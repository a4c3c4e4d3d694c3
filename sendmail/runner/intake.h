/* Mail from callers for whom the set-group-id right of sendmail has no effect: the socket
   submit.sock in the run folder, open to everyone, while a runner stays.  The kernel tells who
   calls.  Each message is taken by a child of its own (runner/submission.h), so that a slow caller
   keeps nobody waiting but the others of his own user id, and hostile bytes never meet the process
   that owns the queue. */
#ifndef RUNNER_INTAKE_H
#define RUNNER_INTAKE_H
#include "runner/runner.h"

/* Makes the socket; a runner without one works, and such callers are told (exit 77). */
void intake_start(struct runner *r);
void intake_end(struct runner *r);

/* For a runner that ends: no more callers come in; true once those who came are served, or 10 s are
 * over. */
bool intake_leave(struct runner *r);

/* Makes the socket again if its name is gone. */
void intake_look(struct runner *r);

/* The descriptor to wait for; -1 when there is none. */
int intake_fd(const struct runner *r);

/* Takes those who called into the line of waiting callers; of those who are too many, users who
 * have most are refused. */
void intake_accept(struct runner *r);

/* Ends what has ended, and starts children for those who wait: bounded in all and for each user id,
   whoever has none of his first. While somebody waits, callers that are slow are ended.  True: a
   message was stored in drop/. */
bool intake_serve(struct runner *r);

/* When intake_serve has something to do by the clock (monotonic); INT64_MAX: when somebody calls,
 * or a child ends. */
int64_t intake_next_ms(const struct runner *r);
#endif
