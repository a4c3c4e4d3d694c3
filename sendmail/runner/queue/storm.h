/* Is there a storm?  Arrivals of the last minutes are counted under keys, of which each is
   somebody's own: the keys of one local user say nothing of another's mail.  Pure: the time is a
   parameter. */
#ifndef RUNNER_QUEUE_STORM_H
#define RUNNER_QUEUE_STORM_H
#include <stdbool.h>
#include <stdint.h>

#define STORM_KEYS_MAX 1024 /* the one that was quiet for longest is forgotten for a new one */

struct storm;

/* Counts one more arrival under a key.  True: within the time before it there were as many as most
   (1 or more) already.  *s: NULL = nothing was counted yet; a change of most begins anew. */
bool storm_arrives(struct storm **s, uint64_t key, int most, int64_t within_ms, int64_t now_ms);
void storm_free(struct storm **s);
#endif
