/* Upkeep. */
#include "base/clock.h"
#include "base/fdio.h"
#include "base/log.h"
#include "base/log_limit.h"
#include "base/paths.h"
#include "base/text.h"
#include "runner/queue/runner.h"
#include "runner/upkeep.h"
#include "spool/tokens.h"

#define SYNC_AFTER 64
#define COUNT_EVERY_MS 5000
#define LOG_HANGS_MS 5000
#define TOKENS_EVERY_MS 1000

void upkeep_sync(struct runner *r, enum upkeep_how how)
{
	if (r->removals == 0 || (how == UPKEEP_SOME && r->removals < SYNC_AFTER))
		return;
	if (queue_sync(&r->queue))
		r->removals = 0;
	else
		log_limited(&r->complaints,
		    "what was delivered cannot be removed durably (fsync of mqueue/): after a power cut it "
		    "would be sent again");
}

void upkeep_count(struct upkeep *u, struct runner *r, enum upkeep_how how)
{
	int64_t now = clock_mono_ms();
	if (!r->counters.changed || (how == UPKEEP_SOME && now - u->counted_ms < COUNT_EVERY_MS))
		return;
	u->counted_ms = now;
	counters_save(&r->counters, r->queue.mqueue_fd);
	pace_save(&r->nexthops.paces, r->queue.mqueue_fd, now, clock_wall_s());
}

/* oauth.sh puts each state in place with rename(2), so the folder changes. */
void upkeep_tokens(struct upkeep *u, const struct runner *r, enum upkeep_how how)
{
	int64_t now = clock_mono_ms();
	struct token list[TOKENS_MAX];
	TEXT(folder, 1100);
	if (!config_uses_tokens(&r->config) ||
	    (how == UPKEEP_SOME && u->tokens_ms != 0 && now - u->tokens_ms < TOKENS_EVERY_MS))
		return;
	u->tokens_ms = now;
	text_printf(&folder, "%s/oauth", paths_spool());
	if (fdio_changed(folder.data, &u->tokens_seen))
		tokens_write(r->queue.mqueue_fd, list, tokens_gather(folder.data, list));
}

void upkeep_log(struct upkeep *u, struct runner *r)
{
	struct log_backlog b;
	log_flush();
	log_backlog(&b);
	int64_t silent_ms = b.since_ms != 0 ? clock_mono_ms() - b.since_ms : 0;
	bool hangs = silent_ms > LOG_HANGS_MS;
	if (b.lost == u->log_lost && hangs == (r->counters.log_since_s != 0))
		return;
	r->counters.log_lost += b.lost - u->log_lost;
	r->counters.log_since_s = hangs ? clock_wall_s() - silent_ms / 1000 : 0;
	r->counters.changed = true;
	u->log_lost = b.lost;
}

/* A log daemon that is behind is offered the rest soon, and one that hangs once a second; -1:
 * nothing is kept for it. */
static int64_t log_wait_ms(void)
{
	struct log_backlog b;
	log_backlog(&b);
	int64_t silent_ms = clock_mono_ms() - b.since_ms;
	if (b.since_ms == 0)
		return -1;
	return silent_ms < 100 ? 10 : silent_ms > 10000 ? 1000 : silent_ms / 10;
}

int64_t upkeep_left_ms(const struct upkeep *u, const struct runner *r)
{
	int64_t log_ms = log_wait_ms();
	int64_t left_ms = r->counters.changed ? u->counted_ms + COUNT_EVERY_MS - clock_mono_ms() : -1;
	if (r->counters.changed && left_ms < 0)
		left_ms = 0;
	return left_ms < 0 || (log_ms >= 0 && log_ms < left_ms) ? log_ms : left_ms;
}
