/* The two clocks.  Wall time is for people and for files; monotonic time is for every wait inside a
   process, so that a clock that is set cannot fire or freeze a timer.  Tests link clock_set.c in
   place of clock.c. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H
#include "base/text.h"
#include <stdint.h>
#include <time.h>

/* A clock that says less was never set: this program is younger. */
#define CLOCK_PLAUSIBLE_FROM_S 1767225600 /* 2026-01-01 */

/* Wall clock: may jump.  Monotonic clock: counts from the start of the machine, and never does. */
int64_t clock_wall_s(void);
int64_t clock_wall_us(void);
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);

/* "2026-03-03T09:14:22Z" */
void clock_put_iso(struct text *t, int64_t wall_s);
/* "2026-03-03 09:14:22" in local time; "?" for a time that has no date. */
void clock_put_local(struct text *t, int64_t wall_s);
/* RFC 5322 3.3 in local time: "Tue, 3 Mar 2026 09:14:22 +0100" */
void clock_put_rfc5322(struct text *t, int64_t wall_s);
/* "12 s", "3 min", "3 h 12 min", "2 d 4 h": two units at most */
void clock_put_span(struct text *t, int64_t span_s);
#endif
