/* What mailq asks of the runner: a local socket, mqueue/control, that only set-group-id mailq and
   members of group fhlist reach.  The kernel tells who asks.  Lines "hold|release|retry|remove ID",
   one answer line each: "ok", or "no REASON"; "show ID" or "show ID.dead": "ok" and what a list
   shows (message/envelope.h).  "watch ID ..." makes the client a watcher (runner/watch.h). */
#ifndef RUNNER_CONTROL_H
#define RUNNER_CONTROL_H
#include "runner/runner.h"
#include <poll.h>

/* Of them each user may have a few, and some are kept for root: whoever holds connections and says
 * nothing shuts nobody else out. */
#define CONTROL_CLIENTS_MAX 64

/* Makes the socket (the working directory is the spool); a runner without one works, and mailq says
 * that it cannot be asked. */
void control_start(struct runner *r);
void control_end(struct runner *r);

/* Makes the socket again if its name is gone. */
void control_look(struct runner *r);

/* Adds what is to be waited for; returns the number of entries, at most 1 + CONTROL_CLIENTS_MAX. */
int control_poll(const struct runner *r, struct pollfd *p);

/* True when a user may hold, remove or watch a message: root, the owner of the queue, and who sent
 * it.  name: of its file in mqueue/. */
bool control_may(struct runner *r, const char *name, uid_t uid);

/* Answers what came; p is as control_poll filled it and poll(2) marked it. */
void control_serve(struct runner *r, const struct pollfd *p, int count);
#endif
