/* One message through one filter: starting it, feeding it, and understanding what it says. */
#ifndef FILTERS_SCREENING_H
#define FILTERS_SCREENING_H
#include "config/config.h"
#include "jobs/jobs.h"
#include "spool/queue.h"

enum screen_verdict {
	SCREEN_PASS,
	SCREEN_CHANGED, /* the new text is in mqueue/t.ID, synced; the runner gives it its name */
	SCREEN_HOLD,
	SCREEN_REFUSE,
	SCREEN_LATER,  /* it works, and puts the message off */
	SCREEN_FAILED, /* it did not do its work, with this message at least */
	SCREEN_ABSENT  /* it cannot be started at all */
};

struct screening {
	struct jobs *jobs; /* whose runner hears meanwhile that we are not hung */
	struct job *job;   /* its head is prepared (jobs/head.h) */
	const struct filter *filter;
	int mqueue_fd;
};

/* d->text: the reason; with SCREEN_PASS and SCREEN_CHANGED what the filter has to say, or "". */
enum screen_verdict screening_run(const struct screening *s, struct diagnosis *d);
#endif
