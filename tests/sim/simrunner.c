/* The runner in the simulation: its own objects, without its process and its loop. */
#include "runner/attempt/message.h"
#include "runner/delivery/backlog.h"
#include "runner/delivery/configure.h"
#include "runner/delivery/dispatch.h"
#include "runner/delivery/expire.h"
#include "runner/delivery/mailclock.h"
#include "runner/delivery/pickup_scan.h"
#include "runner/delivery/queue_run.h"
#include "runner/disposition/disposition.h"
#include "runner/notify/notify.h"
#include "runner/queue/entry.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_health.h"
#include "runner/queue/quota.h"
#include "runner/queue/runner.h"
#include "runner/queue/storm.h"
#include "runner/queue/tried.h"
#include "runner/service.h"
#include "runner/session/session_events.h"
#include "runner/session/sessions.h"
#include "runner/session/watchdog.h"
#include "runner/session/worker.h"
#include "tests/sim/sim.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define IDLE_MS 5000

void sim_runner_start(void)
{
	struct queue queue = sim_r.queue;
	sim_r = (struct runner){.lifetime = LIFETIME_STAY, .lock_fd = -1, .trigger_fd = -1};
	sim_r.queue = queue;
	sessions_start(&sim_r);
	nexthop_start(&sim_r.nexthops, &sim_r.config, &sim_r.counters);
	config_defaults(&sim_r.config);
	configure_read(&sim_r);
	SIM_MUST(sim_r.config_good, "the configuration is wrong");
	mailclock_start(&sim_r);
	counters_load(&sim_r.counters, sim_r.queue.mqueue_fd);
	expire_start(&sim_r);
	while (!backlog_load(&sim_r))
		sim_now_ms += 5000;
	/* A queue run that was cut off is made again. */
	if (faccessat(sim_r.queue.drop_fd, "flush.1", F_OK, 0) == 0)
		sim_mail_asked(NULL);
	pickup_scan(&sim_r);
}

/* Killed: nothing of it is saved. */
void sim_runner_kill(void)
{
	struct runner *r = &sim_r;
	sim_relays_orphaned();
	for (int i = 0; i < r->sessions->count; i++) {
		struct worker *w = r->sessions->list[i];
		for (struct message *m = w->first, *next; m != NULL; m = next) {
			next = m->next;
			message_free(m);
		}
		tried_free(&w->avoid);
		buffer_free(&w->in);
		buffer_free(&w->out);
		buffer_free(&w->steps);
		free(w);
	}
	r->sessions->count = 0;
	notify_free(r);
	entry_free_all(&r->entries, &r->notes);
	nexthop_free_all(&r->nexthops);
	quota_free(r);
	storm_free(&r->storm);
	pickup_scan_free(r);
	sessions_end(r);
	expire_end(r);
	disposition_forget(r);
	configure_end(r);
	config_free(&r->config);
	aliases_free(r->aliases);
}

static void close_idle(void)
{
	for (int i = 0; i < sim_r.sessions->count; i++) {
		struct worker *w = sim_r.sessions->list[i];
		if (w->count == 0 && !w->closing && sim_now_ms - w->idle_ms > IDLE_MS)
			worker_close(w);
	}
}

/* One turn of its loop. */
void sim_runner_turn(void)
{
	struct runner *r = &sim_r;
	sim_relays_play();
	for (int i = 0; i < r->sessions->count; i++) {
		if (!r->sessions->list[i]->ended)
			session_events_receive(r, r->sessions->list[i]);
	}
	watchdog_look(r);
	watchdog_end_workers(r);
	mailclock_watch(r);
	backlog_tidy(r);
	expire_sweep(r);
	dispatch_all(r);
	close_idle();
	nexthop_write_new_health(r);
	if (sim_now_ms >= r->adopt_again_ms)
		pickup_scan(r);
	if (r->pass && queue_run_over(r)) {
		r->pass = false;
		expire_sweep_now(r);
		service_pass_done(r);
	}
}
