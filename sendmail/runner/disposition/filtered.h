/* A message that a filter has looked at: what is noted, and where it goes. */
#ifndef RUNNER_DISPOSITION_FILTERED_H
#define RUNNER_DISPOSITION_FILTERED_H
#include "runner/attempt/message.h"

enum filtered {
	FILTERED_PASSED,
	FILTERED_CHANGED, /* mqueue/t.ID is the message from now on */
	FILTERED_HELD,    /* until an operator releases it; then it is through */
	FILTERED_SKIPPED  /* the filter does not work, and the configuration lets it pass */
};

/* That of a word (jobs/jobs.h); false: it is none. */
bool filtered_find(const char *how, enum filtered *kind);

/* Notes it in log and journal, and puts the message where it belongs next.  text: the reason.
   Frees m. */
void filtered_end(struct runner *r, struct message *m, enum filtered kind, const char *text);
#endif
