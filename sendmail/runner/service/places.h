/* The names by which others reach the runner: drop/, mqueue/, the trigger, its sockets.  They may
   be replaced or removed while it runs (a restored backup, a cleaned /run).  Submissions then go
   where nobody looks, so this is noticed within a minute, repaired where that can be done, and
   reported. */
#ifndef RUNNER_SERVICE_PLACES_H
#define RUNNER_SERVICE_PLACES_H
#include "runner/queue/runner.h"

/* A descriptor to wait for: readable when a name in the run folder is gone.  -1: there is none. */
int places_fd(struct runner *r);

/* Something woke the runner: a look is taken within 5 s.  watched: it was places_fd. */
void places_wake(struct runner *r, bool watched);

struct places_found {
	int new_drop_fd;  /* drop/ is another folder now: what lies in the old one is to be picked up,
	                     and  then places_use_drop called; -1: it is not */
	bool mqueue_here; /* the socket in mqueue/ (runner/listen/control_listen.h) is to be looked at:
	                     in another folder it would mislead */
};

/* Looks at all of them when it is time to; only in a runner that stays. */
bool places_look(struct runner *r, struct places_found *found);
void places_use_drop(struct runner *r, int fd);

/* Monotonic time of the next look, in a runner that stays: within 5 s of what woke it, or while
   something is wrong, and else once a minute. */
int64_t places_next_ms(const struct runner *r);

void places_end(struct runner *r);
#endif
