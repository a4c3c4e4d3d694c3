/* Mail goes on to its next path ([fallback] direct_mx, direct in a [route], a mailbox as last
   resort), or to the path of its other recipients, while the servers of the one at hand are known
   to fail: it does not wait for the one message that asks them again. */
#ifndef RUNNER_DETOUR_H
#define RUNNER_DETOUR_H
#include "runner/path.h"

/* Looks at what is due on a path that is not up, some of it at a time: what has another way is sent
   on, and what had tried another way before ends its attempt.  The rest stays, and is looked at
   again when the servers have failed once more. */
void detour_path(struct runner *r, struct path *p, int64_t now_ms);

/* Monotonic time at which there is something to look at; INT64_MAX: when something is added, or the
 * servers fail again. */
int64_t detour_next_ms(const struct runner *r, const struct path *p, int64_t now_ms);
#endif
