/* What is to be done next, and when. */
#include "base/clock.h"
#include "base/log.h"
#include "runner/queue/entry.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/reroute.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/session/worker.h"
#include "runner/wakeup.h"

#define PATIENCE_MS 5000

/* When a path has something to do; INT64_MAX: when a worker answers, or new mail comes. */
static int64_t path_next_ms(const struct runner *r, const struct nexthop *p, int64_t now)
{
	const struct entry *e = schedule_first(&p->schedule);
	if (e == NULL || e->held || !r->config_good)
		return INT64_MAX;
	enum nexthop_state state = nexthop_state(&r->nexthops, p, now);
	if (state == NEXTHOP_UP)
		return p->paced_ms > now && p->paced_ms > e->due_ms ? p->paced_ms : e->due_ms;
	int64_t reroute_ms = reroute_next_ms(r, p, now), ask_ms;
	if (p->workers > 0)
		ask_ms = INT64_MAX;
	else if (state == NEXTHOP_PROBE)
		ask_ms = schedule_prober(&p->schedule, now) != NULL ? now : e->due_ms;
	else
		ask_ms = schedule_is_asked(e) ? now : nexthop_ask_ms(&r->nexthops, p);
	return reroute_ms < ask_ms ? reroute_ms : ask_ms;
}

int64_t wakeup_next_ms(const struct runner *r)
{
	int64_t now = clock_mono_ms(), next = INT64_MAX;
	if (r->sessions->unfinished)
		return 0;
	for (int i = 0; i < r->nexthops.count; i++) {
		int64_t of_path = path_next_ms(r, r->nexthops.list[i], now);
		next = of_path < next ? of_path : next;
	}
	for (int i = 0; i < r->sessions->count; i++) {
		if ((r->sessions->list[i]->count > 0 || r->sessions->list[i]->closing) && next <= now)
			next = INT64_MAX; /* due, but every worker is busy, or about to end: their answers wake
			                     us */
	}
	/* Due, but no relay could be started. */
	if (next <= now && r->sessions->start_again_ms > now)
		next = r->sessions->start_again_ms;
	/* Nothing to do: the trigger wakes us. While mail waits, a repaired configuration is looked
	 * for. */
	int64_t longest_ms = r->config_good ? PATIENCE_MS : CONFIGURE_CHECK_MS;
	if (r->adopt_again_ms != 0 && r->adopt_again_ms < next)
		next = r->adopt_again_ms;
	if (entry_count(r) > 0 && next > now + longest_ms)
		next = now + longest_ms;
	if (r->queue.has_dead && r->tidy_ms < next)
		next = r->tidy_ms;
	if (next == INT64_MAX)
		return r->sessions->count > 0 ? 1000 : -1;
	int64_t left = next - now;
	left = left < 0 ? 0 : left;
	return r->sessions->count > 0 && left > 1000 ? 1000 : left;
}
