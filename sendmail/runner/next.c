/* What is to be done next, and when. */
#include "base/clock.h"
#include "base/log.h"
#include "runner/detour.h"
#include "runner/worker.h"

#define PATIENCE_MS 5000

/* When a path has something to do; INT64_MAX: when a worker answers, or new mail comes. */
static int64_t path_next_ms(const struct runner *r, const struct path *p, int64_t now)
{
	const struct entry *e = schedule_first(&p->schedule);
	if (e == NULL || e->held || !r->config_good)
		return INT64_MAX;
	enum path_state state = path_state(r, p, now);
	if (state == PATH_UP)
		return e->due_ms;
	int64_t detour_ms = detour_next_ms(r, p, now), ask_ms = p->workers > 0 ? INT64_MAX
	                                                        : state == PATH_PROBE
	                                                            ? now
	                                                            : path_until_ms(r, p);
	return detour_ms < ask_ms ? detour_ms : ask_ms;
}

int64_t runner_next_ms(const struct runner *r)
{
	int64_t now = clock_mono_ms(), next = INT64_MAX;
	for (int i = 0; i < r->path_count; i++) {
		int64_t of_path = path_next_ms(r, r->paths[i], now);
		next = of_path < next ? of_path : next;
	}
	for (int i = 0; i < r->worker_count; i++) {
		if ((r->workers[i]->count > 0 || r->workers[i]->closing) && next <= now)
			next = INT64_MAX; /* due, but every worker is busy, or about to end: their answers wake
			                     us */
	}
	/* Due, but no relay could be started. */
	if (next <= now && r->start_again_ms > now)
		next = r->start_again_ms;
	/* Nothing to do: the trigger wakes us. While mail waits, a repaired configuration is looked
	 * for. */
	int64_t longest_ms = r->config_good ? PATIENCE_MS : CONFIGURE_CHECK_MS;
	if (r->adopt_again_ms != 0 && r->adopt_again_ms < next)
		next = r->adopt_again_ms;
	if (runner_waiting(r) > 0 && next > now + longest_ms)
		next = now + longest_ms;
	if (r->queue.has_dead && r->tidy_ms < next)
		next = r->tidy_ms;
	if (next == INT64_MAX)
		return r->worker_count > 0 ? 1000 : -1;
	int64_t left = next - now;
	left = left < 0 ? 0 : left;
	return r->worker_count > 0 && left > 1000 ? 1000 : left;
}

void runner_status(const struct runner *r)
{
	int in_work = 0;
	for (int i = 0; i < r->worker_count; i++)
		in_work += r->workers[i]->count;
	bool down = false;
	for (int i = 0; i < r->path_count; i++)
		down = down || path_state(r, r->paths[i], 0) != PATH_UP;
	struct buffer line = {0};
	buffer_printf(&line,
	    "status: waiting=%u in_work=%d sessions=%d adopted=%llu sent=%llu deferred=%llu "
	    "failed=%llu smarthosts=%s",
	    runner_waiting(r), in_work, r->worker_count, r->adopted, r->sent, r->deferred, r->failed,
	    !r->config_good ? "configuration"
	    : down          ? "down"
	                    : "up");
	log_fields(LOG_INFO, "status", &line, "");
	buffer_free(&line);
}
