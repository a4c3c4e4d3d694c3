/* A server that accepts only so many messages in a minute, or in a day. */
#include "tests/sim/sim.h"

struct sim_allowed sim_allowed;

static struct {
	int64_t number; /* minutes, days since the start */
	int count;
} minute, day;

static bool is_used_up(int64_t number, int allowed, int64_t of, int count)
{
	return allowed > 0 && number == of && count >= allowed;
}

bool server_is_too_fast(const struct server *s)
{
	if (sim_allowed.a_day > 0)
		return is_used_up(sim_now_ms / MS_A_MINUTE, sim_allowed.a_minute, minute.number,
		           minute.count) ||
		       is_used_up(sim_now_ms / MS_A_DAY, sim_allowed.a_day, day.number, day.count);
	return s->mood == SERVER_LIMITED && s->accepted_ms[0] != 0 &&
	       s->accepted_ms[0] > sim_now_ms - MS_A_MINUTE;
}

void server_note_accepted(struct server *s)
{
	for (int i = 1; i < LIMIT_A_MINUTE; i++)
		s->accepted_ms[i - 1] = s->accepted_ms[i];
	s->accepted_ms[LIMIT_A_MINUTE - 1] = sim_now_ms;
	minute.count = minute.number == sim_now_ms / MS_A_MINUTE ? minute.count + 1 : 1;
	minute.number = sim_now_ms / MS_A_MINUTE;
	day.count = day.number == sim_now_ms / MS_A_DAY ? day.count + 1 : 1;
	day.number = sim_now_ms / MS_A_DAY;
}
