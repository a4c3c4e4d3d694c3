/* The state in one line. */
#include "base/log.h"
#include "runner/queue/entry.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/runner.h"
#include "runner/session/worker.h"
#include "runner/status.h"

void status_log(const struct runner *r)
{
	int in_work = 0;
	for (int i = 0; i < r->sessions->count; i++)
		in_work += r->sessions->list[i]->count;
	bool down = false;
	for (int i = 0; i < r->nexthops.count; i++)
		down = down || nexthop_state(&r->nexthops, r->nexthops.list[i], 0) != NEXTHOP_UP;
	struct buffer line = {0};
	buffer_printf(&line,
	    "status: waiting=%u in_work=%d sessions=%d adopted=%llu sent=%llu deferred=%llu "
	    "failed=%llu smarthosts=%s",
	    entry_count(r), in_work, r->sessions->count, r->adopted, r->sent, r->deferred, r->failed,
	    !r->config_good ? "configuration"
	    : down          ? "down"
	                    : "up");
	log_fields(LOG_INFO, "status", &line, "");
	buffer_free(&line);
}
