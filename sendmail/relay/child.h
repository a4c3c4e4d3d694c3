/* The process of one session: it reads a server's bytes, and is confined before the first one
 * (base/confine.h). */
#ifndef RELAY_CHILD_H
#define RELAY_CHILD_H
#include "relay/deliver.h"

extern const struct protocol child_said;

/* Runs a session in a process of its own, to its end; with->fd is connected.  True: it became
   ready, and its jobs are reported, by itself or, where it died, in its place; root's right is
   given up then.  False: it never did, and *d says why.  What it says is checked: it may have been
   taken over. */
bool child_run(const struct deliver *with, struct diagnosis *d);

/* What it said before it ended. */
struct child_words {
	bool ready, over, failed;
};
#endif
