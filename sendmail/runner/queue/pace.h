/* What each smarthost was given in the last minute, hour and day, for [smarthost] max_messages,
   max_recipients and burst; and the pace that its own answers teach (pace_learn.h).  Pure but for
   the file: the time is a parameter. */
#ifndef RUNNER_QUEUE_PACE_H
#define RUNNER_QUEUE_PACE_H
#include "base/mem.h"
#include "config/smarthost.h"
#include "runner/queue/pace_learn.h"
#include <stdint.h>

#define PACE_FILE "pace"
#define PACE_FILE_LIMIT_BYTES (256 << 10)

enum pace_kind { PACE_MESSAGES, PACE_RECIPIENTS, PACE_KINDS };

struct pace {
	char *name; /* of a [smarthost NAME] */
	struct pace_window windows[PACE_KINDS][PACE_UNITS];
	struct pace_learnt learnt;
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

/* True when anything of it is limited, by configuration or by what it has taught. */
bool pace_is_limited(const struct paces *p, const struct smarthost *s);

/* Whether s gets one more message now.  PACE_WAIT: *wait_ms until it may, a sentence in why, and
 *learnt: the server's own limit, and not the configuration's.  A message with more recipients than
 *the limit goes when nothing was given in that time. */
enum pace_answer pace_ask(const struct paces *p, const struct smarthost *s,
    const struct pace_load *load, int64_t now_ms, int64_t *wait_ms, bool *learnt, struct text *why);

/* s has dealt with a message; accepted: it is on its way. */
void pace_count(struct paces *p, const struct smarthost *s, int recipients, bool accepted,
    int64_t now_ms);

/* The pace of a smarthost; NULL when nothing was counted for it; made when it is new. */
struct pace *pace_find(const struct paces *p, const char *name);
struct pace *pace_make(struct paces *p, const char *name);

/* mqueue/pace, so that the next runner goes on counting; in a folder.  Without anything to save
 * nothing is written. */
void pace_save(struct paces *p, int folder_fd, int64_t now_ms, int64_t wall_s);
void pace_load(struct paces *p, int folder_fd, int64_t now_ms, int64_t wall_s);
void pace_free(struct paces *p);
#endif
