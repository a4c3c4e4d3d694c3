/* How old mail is when the clock cannot be trusted.  Time is counted by the monotonic clock while a
   runner runs; between two runs it is what the wall clock says, but at most AGES_GAP_MAX_S,
   because a clock that was set looks like a machine that was off. So nothing expires, and no
   sender gets a warning, because a clock was wrong. mqueue/clock keeps stretches of wall time
   with what was counted at their start; the latest stretch that holds a message's time of arrival
   gives its age.  Pure but for the two file functions; the caller passes the clocks. */
#ifndef SPOOL_AGES_H
#define SPOOL_AGES_H
#include "base/mem.h"
#include <stdbool.h>
#include <stdint.h>

#define AGES_STRETCHES_MAX 64
#define AGES_GAP_MAX_S 7200
#define AGES_JUMP_S 60 /* smaller steps are a clock that is being kept right */

struct stretch {
	int64_t from_s, to_s; /* wall time */
	int64_t counted_s;    /* at from_s */
};

struct ages {
	struct stretch stretches[AGES_STRETCHES_MAX];
	int count;       /* 0: nothing is known, every message has age 0 */
	int64_t seen_ms; /* monotonic time at the end of the last stretch; 0 in a reader */
};

/* Begins a run: a new stretch.  Returns how far the wall clock moved since the last run ended (0
 * without one; negative: set back). */
int64_t ages_start(struct ages *a, int64_t wall_s, int64_t mono_ms);

/* Moves the end of the stretch on.  Returns by how much the clock was set meanwhile, 0 when it was
 * not (less than AGES_JUMP_S). */
int64_t ages_tick(struct ages *a, int64_t wall_s, int64_t mono_ms);

/* Counted seconds since a message came that carries this time. */
int64_t ages_of(const struct ages *a, int64_t arrival_s);

/* "from=... to=... counted=..." lines, and back; lines that make no sense are passed over. */
void ages_write(const struct ages *a, struct buffer *out);
void ages_parse(struct ages *a, const char *text);

/* mqueue/clock.  A file that cannot be read is an empty one; one that cannot be written is no harm
 * today. */
void ages_load(struct ages *a, int mqueue_fd);
void ages_save(const struct ages *a, int mqueue_fd);
#endif
