/* A server that accepts only so many messages in a minute. */
#include "tests/sim/sim.h"

bool server_is_too_fast(const struct server *s)
{
	return s->mood == SERVER_LIMITED && s->accepted_ms[0] != 0 &&
	       s->accepted_ms[0] > sim_now_ms - MS_A_MINUTE;
}

void server_note_accepted(struct server *s)
{
	for (int i = 1; i < LIMIT_A_MINUTE; i++)
		s->accepted_ms[i - 1] = s->accepted_ms[i];
	s->accepted_ms[LIMIT_A_MINUTE - 1] = sim_now_ms;
}
