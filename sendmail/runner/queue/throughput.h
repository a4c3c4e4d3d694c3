/* Whether more sessions made mail go faster: messages are counted while the number of sessions
   stays the same, and compared with those of half as many: of fewer, chance would hide what one
   more adds.  A server that is far away, or slow, has something from each session; one that is as
   fast as it can be has only more work.  Pure. */
#ifndef RUNNER_QUEUE_THROUGHPUT_H
#define RUNNER_QUEUE_THROUGHPUT_H
#include <stdbool.h>
#include <stdint.h>

#define THROUGHPUT_MESSAGES 64      /* that are enough to compare */
#define THROUGHPUT_MESSAGES_EACH 16 /* of each session, where that is more */
#define THROUGHPUT_LEAST_MS 100     /* with CHUNKING they come in bursts: several are counted */
#define THROUGHPUT_LOOK_MS 300      /* fewer in that time: slow, and one more is tried */
#define THROUGHPUT_REST_MS 60000    /* for which no more are tried than were enough */

/* Of a path; zero-initialised knows nothing. */
struct throughput {
	int sessions; /* that are there while it is counted; 0: counting has not begun */
	bool settled; /* the last of them has its window open; nothing before that is counted */
	int64_t since_ms;
	int done;
	int before;         /* sessions with which it was compared last; 0: none */
	double before_rate; /* messages of a millisecond then */
	int step;           /* sessions to be come to before the next comparison */
	int enough;         /* sessions; 0: that is not known */
	int64_t enough_until_ms;
};

/* A message is done, whatever came of it. */
void throughput_done(struct throughput *t);

/* True when beside so many sessions (at least one) another one may be tried.  newest: messages that
 * are done by the one that has done least. */
bool throughput_wants_more(struct throughput *t, int sessions, int newest, int64_t now_ms);
#endif
