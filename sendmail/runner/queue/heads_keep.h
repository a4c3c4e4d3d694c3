/* Keeps mqueue/heads (spool/heads.h): while many messages wait, lists need not open each of them.
   It is written in small parts while little mail goes out, and begun anew when most of it is about
   messages that are gone.  What cannot be written is left: it costs only the time of who lists. */
#ifndef RUNNER_QUEUE_HEADS_KEEP_H
#define RUNNER_QUEUE_HEADS_KEEP_H
#include "runner/queue/idlist.h"
#include "runner/queue/runner.h"

#define HEADS_KEEP_FROM 500 /* messages; fewer are read as fast */

/* Zero-initialised at the start. */
struct heads_keep {
	int64_t bytes;      /* of the file */
	uint32_t records;   /* in it */
	struct idlist todo; /* what is to be copied, from the index at on */
	size_t at;
	unsigned long long adopted, sent; /* of the runner, at the last walk and the last look */
	int64_t next_ms;                  /* monotonic: not before then */
};

/* Once all entries are there: what an earlier runner has written. */
void heads_keep_load(struct heads_keep *k, struct runner *r);

/* The next part, when it is time. */
void heads_keep_look(struct heads_keep *k, struct runner *r);

/* Milliseconds until then; -1: there is nothing to write. */
int64_t heads_keep_left_ms(const struct heads_keep *k, const struct runner *r);

/* For a runner that goes.  finish: first the rest, for at most a second. */
void heads_keep_end(struct heads_keep *k, struct runner *r, bool finish);
#endif
