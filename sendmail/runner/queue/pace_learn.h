/* The pace that a server's own rate answers teach: what it accepted in the minute before; half of
   the last pace when it refuses although that was kept to; a quarter more after five minutes
   without a refusal, after ten when the last such step was one too many, and so on up to an hour;
   none a day after the last refusal. */
#ifndef RUNNER_QUEUE_PACE_LEARN_H
#define RUNNER_QUEUE_PACE_LEARN_H
#include "runner/queue/pace_window.h"
#include <stdbool.h>

#define PACE_LEARN_LEAST 4 /* messages an hour */
#define PACE_LEARN_MOST 600000
#define PACE_LEARN_GROW_MS 300000
#define PACE_LEARN_GROW_MOST_MS 3600000
#define PACE_LEARN_FORGET_MS 86400000

/* What a server's rate limit has taught. */
struct pace_learnt {
	int per_hour;          /* messages that it is given in an hour; 0: nothing was learnt */
	int accepted;          /* messages since it last answered so */
	int64_t refused_ms;    /* when it last answered so */
	int64_t grown_ms;      /* when the pace was last raised, or lowered */
	int64_t grow_after_ms; /* how long without a refusal until it is raised; 0: the least */
	struct pace_window in; /* messages that it accepted, in the last minute */
};

/* The server has answered that mail comes too fast.  True: the pace is another one now. */
bool pace_learn_refused(struct pace_learnt *l, int64_t now_ms);

/* It has accepted a message. */
void pace_learn_accepted(struct pace_learnt *l, int64_t now_ms);

/* What it is given in a minute, or in an hour where that is less than one a minute; 0: the unit has
   no limit. */
int pace_learn_most(const struct pace_learnt *l, enum pace_unit unit);
#endif
