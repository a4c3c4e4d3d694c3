/* The end of a life that was killed.  Its sessions went on for a while (they hold the lock, so the
   next runner waits for them) and noted what they delivered in their ledgers (runner/ledgers.h);
   and a report may lie in the queue whose notes in the journals are missing.  Both are made good
   before anything is given away, so that a kill repeats neither mail nor report. */
#ifndef RUNNER_RESUME_H
#define RUNNER_RESUME_H
#include "runner/runner.h"

struct resume {
	struct {
		uint64_t id;
		char *lines;
	} * left; /* notes that a journal has no room for */
	int left_count;
};

/* Brings the journals up to date; false with errno when that has to wait. */
bool resume_life(struct runner *r, struct resume *s);

/* What is left for a message, as struct entry's unwritten: free it; NULL = nothing. */
char *resume_unwritten(struct resume *s, uint64_t id);
void resume_free(struct resume *s);
#endif
