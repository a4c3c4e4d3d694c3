/* Learning. */
#include "runner/queue/pace_learn.h"

static int within(int64_t per_hour)
{
	return per_hour < PACE_LEARN_LEAST  ? PACE_LEARN_LEAST
	       : per_hour > PACE_LEARN_MOST ? PACE_LEARN_MOST
	                                    : (int)per_hour;
}

static int64_t at_most(int64_t n, int64_t most)
{
	return n < most ? n : most;
}

static int64_t grow_after(const struct pace_learnt *l)
{
	return l->grow_after_ms > PACE_LEARN_GROW_MS ? l->grow_after_ms : PACE_LEARN_GROW_MS;
}

bool pace_learn_refused(struct pace_learnt *l, int64_t now_ms)
{
	int before = l->per_hour, in_minute = pace_used(&l->in, PACE_MINUTE, now_ms);
	/* Asked again while its limit lasts, it teaches nothing new. */
	if (in_minute > 0 && (before == 0 || in_minute * 60ll < before))
		l->per_hour = within(in_minute * 60ll);
	else if (before > 0 && l->accepted > 0)
		l->per_hour = within(before / 2);
	/* A pace that was too high is not tried again so soon. */
	if (before > 0 && l->accepted > 0)
		l->grow_after_ms = at_most(2 * grow_after(l), PACE_LEARN_GROW_MOST_MS);
	l->accepted = 0;
	l->refused_ms = l->grown_ms = now_ms;
	return l->per_hour != before;
}

void pace_learn_accepted(struct pace_learnt *l, int64_t now_ms)
{
	pace_add(&l->in, PACE_MINUTE, 1, now_ms);
	l->accepted++;
	if (l->per_hour == 0)
		return;
	if (now_ms - l->refused_ms >= PACE_LEARN_FORGET_MS) {
		l->per_hour = 0;
	} else if (now_ms - l->grown_ms >= grow_after(l)) {
		l->per_hour = within(l->per_hour + l->per_hour / 4);
		l->grown_ms = now_ms;
		l->grow_after_ms = grow_after(l) / 2;
	}
}

int pace_learn_most(const struct pace_learnt *l, enum pace_unit unit)
{
	if (unit == PACE_MINUTE)
		return l->per_hour / 60;
	return unit == PACE_HOUR && l->per_hour < 60 ? l->per_hour : 0;
}
