/* How much of something was there in the last minute, hour or day: a window that slides in 60
   steps. Pure: the time is a parameter. */
#ifndef RUNNER_QUEUE_PACE_WINDOW_H
#define RUNNER_QUEUE_PACE_WINDOW_H
#include "config/smarthost.h"
#include <stdint.h>

#define PACE_SLOTS 60              /* of a window, each a 60th of it */
#define PACE_RING (PACE_SLOTS + 1) /* and the one that is not over yet */

/* Zero-initialised is empty. */
struct pace_window {
	int64_t newest; /* number of the last slot, by the monotonic clock */
	int counts[PACE_RING];
	double next_ms; /* with a burst: when its last place is free again */
};

/* How much it has now; adds to it; how long until so much has passed out of it. */
int pace_used(const struct pace_window *w, enum pace_unit unit, int64_t now_ms);
void pace_add(struct pace_window *w, enum pace_unit unit, int count, int64_t at_ms);
int64_t pace_free_ms(const struct pace_window *w, enum pace_unit unit, int needed, int64_t now_ms);

/* Its slots, for those who write it down: their length, the number of the one at a time, and what
   one has. */
int64_t pace_slot_ms(enum pace_unit unit);
int64_t pace_slot_at(enum pace_unit unit, int64_t at_ms);
int pace_in_slot(const struct pace_window *w, int64_t slot, int64_t now);
#endif
