/* When a message is tried next: the one answer for all layouts, why, JSON and metrics. */
#ifndef MAILQ_NEXT_H
#define MAILQ_NEXT_H
#include "base/text.h"
#include "mailq/list.h"

enum next_kind {
	NEXT_AT,        /* at a time that is to come */
	NEXT_NOW,       /* it is due, and waits for its turn */
	NEXT_RUNNING,   /* an attempt is under way */
	NEXT_CONFIG,    /* when the configuration is right */
	NEXT_HELD,      /* when somebody releases it */
	NEXT_DEAD,      /* set aside: when somebody wants it */
	NEXT_NO_RUNNER, /* when the runner is started */
	NEXT_REPORT     /* no more: only the report to its sender is to go */
};

struct next {
	enum next_kind kind;
	int64_t at_s; /* wall time; of NEXT_NOW and NEXT_RUNNING the present; of NEXT_NO_RUNNER the end
	                 of its wait, if that is to come; else 0 */
	bool by_pace; /* NEXT_AT: no operator can have it sooner */
};

/* Of a message: while all servers of its way fail, when they are asked; a wait of its own counts as
   the runner counts it (spool/ages.h), whatever the clock says. */
void next_of(const struct listing *l, const struct row *r, struct next *n);

/* "in 5 min", "now", "when the runner is started", ... */
void next_put(const struct next *n, struct text *t);

/* The same of a time at which servers are asked. */
void next_put_time(int64_t at_s, struct text *t);
#endif
