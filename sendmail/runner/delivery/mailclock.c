/* The clock of this machine, as far as the age of mail depends on it. */
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "runner/delivery/mailclock.h"
#include "runner/queue/runner.h"

void mailclock_start(struct runner *r)
{
	int64_t wall_s = clock_wall_s();
	TEXT(span, 40);
	ages_load(&r->ages, r->queue.mqueue_fd);
	int64_t moved_s = ages_start(&r->ages, wall_s, clock_mono_ms());
	clock_put_span(&span, moved_s < 0 ? -moved_s : moved_s);
	r->long_away = moved_s > AGES_GAP_MAX_S || moved_s < -AGES_JUMP_S;
	if (moved_s < -AGES_JUMP_S)
		log_line(LOG_WARNING,
		    "the clock was set back by %s since the queue was last served: mail keeps the age and "
		    "the waits that it had",
		    span.data);
	else if (moved_s > AGES_GAP_MAX_S)
		log_line(LOG_NOTICE,
		    "the queue was last served %s ago by the clock (set forward, or this machine was off): "
		    "only 2 h of that count for the age of mail",
		    span.data);
	if (wall_s < CLOCK_PLAUSIBLE_FROM_S)
		log_line(LOG_WARNING, "the clock is wrong: it says a time before this program was made; "
		                      "set it (ntpd, chronyd), or certificates look not yet valid");
	ages_save(&r->ages, r->queue.mqueue_fd);
}

void mailclock_watch(struct runner *r)
{
	int64_t jump_s = ages_tick(&r->ages, clock_wall_s(), clock_mono_ms());
	TEXT(span, 40);
	if (jump_s == 0)
		return;
	clock_put_span(&span, jump_s < 0 ? -jump_s : jump_s);
	log_line(LOG_WARNING,
	    "the clock was set %s by %s%s: waits and ages of mail go on as before, nothing is retried "
	    "or returned for it",
	    jump_s < 0 ? "back" : "forward", span.data, jump_s > 0 ? " (or this machine slept)" : "");
	ages_save(&r->ages, r->queue.mqueue_fd);
}
