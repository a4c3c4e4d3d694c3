/* What each smarthost was given in the last minute, hour and day, for [smarthost] max_messages,
   max_recipients and burst.  Pure but for the file: the time is a parameter. */
#ifndef RUNNER_QUEUE_PACE_H
#define RUNNER_QUEUE_PACE_H
#include "base/mem.h"
#include "config/smarthost.h"
#include <stdint.h>

#define PACE_SLOTS 60              /* of a window, each a 60th of it */
#define PACE_RING (PACE_SLOTS + 1) /* and the one that is not over yet */
#define PACE_FILE "pace"
#define PACE_FILE_LIMIT_BYTES (256 << 10)

struct pace_window {
	int64_t newest; /* number of the last slot, by the monotonic clock */
	int counts[PACE_RING];
	double next_ms; /* with a burst: when its last place is free again */
};

enum pace_kind { PACE_MESSAGES, PACE_RECIPIENTS, PACE_KINDS };

struct pace {
	char *name; /* of a [smarthost NAME] */
	struct pace_window windows[PACE_KINDS][PACE_UNITS];
};

/* Of smarthosts with a limit; zero-initialised is none. */
struct paces {
	struct pace *list;
	int count;
	bool changed; /* since pace_save */
};

/* What a smarthost has in hand, and what is to come. */
struct pace_load {
	int messages, recipients; /* given to sessions, without an outcome yet */
	int more;                 /* recipients of the next message */
};

enum pace_answer {
	PACE_GO,
	PACE_OUTCOME, /* it depends on what is in hand: an outcome decides */
	PACE_WAIT
};

/* True when anything of it is limited. */
bool pace_is_limited(const struct smarthost *s);

/* Whether s gets one more message now.  PACE_WAIT: *wait_ms until it may, and a sentence in why. A
   message with more recipients than the limit goes when nothing was given in that time. */
enum pace_answer pace_ask(const struct paces *p, const struct smarthost *s,
    const struct pace_load *load, int64_t now_ms, int64_t *wait_ms, struct text *why);

/* s has dealt with a message. */
void pace_count(struct paces *p, const struct smarthost *s, int recipients, int64_t now_ms);

/* mqueue/pace, so that the next runner goes on counting; in a folder.  Without anything to save
 * nothing is written. */
void pace_save(struct paces *p, int folder_fd, int64_t now_ms, int64_t wall_s);
void pace_load(struct paces *p, int folder_fd, int64_t now_ms, int64_t wall_s);
void pace_free(struct paces *p);
#endif
