/* Gathered mail leaves: one message for all that waits on a nexthop (runner/attempt/gather.h). */
#ifndef RUNNER_DELIVERY_GATHERED_H
#define RUNNER_DELIVERY_GATHERED_H
#include "runner/queue/nexthop.h"
#include "runner/queue/runner.h"

/* When the first of it is due: writes one digest, and enters it in the queue in the place of what
   is in it; a message that would be alone in it, or cannot be in one, goes by itself.  What did
   not fit is due for the next digest.  The digest is on disk before a message in it leaves the
   queue, and they have left it before the digest is sent: killed between the two, the next runner
   finds the notes of the digest (recover.h), and sends none of them again. */
void gathered_send(struct runner *r, struct nexthop *p, int64_t now);
#endif
