/* One loop; stay, linger and once differ only in when it ends. */
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/signals.h"
#include "base/text.h"
#include "base/version.h"
#include "jobs/process.h"
#include "runner/delivery/backlog.h"
#include "runner/delivery/configure.h"
#include "runner/delivery/dispatch.h"
#include "runner/delivery/expire.h"
#include "runner/delivery/mailclock.h"
#include "runner/delivery/operate.h"
#include "runner/delivery/pickup_scan.h"
#include "runner/delivery/queue_run.h"
#include "runner/listen/control_listen.h"
#include "runner/listen/smtpd_keeper.h"
#include "runner/listen/submit_listen.h"
#include "runner/listen/watch_listen.h"
#include "runner/loop.h"
#include "runner/queue/entry.h"
#include "runner/queue/heads_keep.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_health.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/quota.h"
#include "runner/queue/runner.h"
#include "runner/service.h"
#include "runner/service/places.h"
#include "runner/session/sent_log.h"
#include "runner/session/session_events.h"
#include "runner/session/sessions.h"
#include "runner/session/watchdog.h"
#include "runner/session/worker.h"
#include "runner/status.h"
#include "runner/upkeep.h"
#include "runner/wakeup.h"
#include "spool/trigger.h"
#include "spool/waits.h"
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define IDLE_MS 5000
#define LEAVE_MS 10000
#define LOAD_AGAIN_MS 5000

static volatile sig_atomic_t got_term, got_hup, got_status;

static void on_signal(int number)
{
	if (number == SIGHUP)
		got_hup = 1;
	else if (number == SIGTERM || number == SIGINT)
		got_term = 1;
	else if (number != SIGCHLD)
		got_status = 1;
}

static void set_signals(sigset_t *while_waiting)
{
	static const int caught[] = {SIGHUP, SIGTERM, SIGINT, SIGUSR1, SIGCHLD,
#ifdef SIGINFO
	    SIGINFO,
#endif
	    0},
	                 ignored[] = {SIGPIPE, SIGXFSZ, 0};
	signals_only_while_waiting(on_signal, caught, ignored, while_waiting);
}

struct loop {
	struct runner *r;
	struct upkeep upkeep;
	struct heads_keep heads;
	int64_t leaving_since_ms;
	bool broken; /* it leaves because it cannot go on */
};

/* Of two waits the shorter one; the first may be -1, for ever. */
static int64_t sooner_ms(int64_t left, int64_t limit)
{
	limit = limit > 0 ? limit : 0;
	return left < 0 || left > limit ? limit : left;
}

/* When something is to be done by the clock. */
static int64_t time_left_ms(const struct loop *l, int64_t limit_ms)
{
	const struct runner *r = l->r;
	int64_t now = clock_mono_ms(), left = wakeup_next_ms(r);
	if (limit_ms >= 0)
		left = sooner_ms(left, limit_ms);
	int64_t submit_ms = submit_listen_next_ms(r->submit_listen),
	        upkeep_ms = upkeep_left_ms(&l->upkeep, r);
	int64_t smtpd_ms = smtpd_keeper_next_ms(r), heads_ms = heads_keep_left_ms(&l->heads, r);
	submit_ms = smtpd_ms < submit_ms ? smtpd_ms : submit_ms;
	if (submit_ms != INT64_MAX)
		left = sooner_ms(left, submit_ms - now);
	if (heads_ms >= 0)
		left = sooner_ms(left, heads_ms);
	return upkeep_ms >= 0 ? sooner_ms(left, upkeep_ms) : left;
}

/* What ppoll waits for, in this order. */
struct events {
	struct pollfd list[WORKERS_MAX + 3 + PROCESS_STARTERS_MAX + CONTROL_CLIENTS_MAX + WATCHERS_MAX];
	nfds_t count;
	struct pollfd *trigger, *workers, *asking, *watching, *submitting, *starters, *places;
	int worker_count, asking_count, watching_count;
};

static struct pollfd *add_event(struct events *e, int fd)
{
	e->list[e->count] = (struct pollfd){.fd = fd, .events = POLLIN};
	return &e->list[e->count++];
}

static void collect_events(struct runner *r, struct events *e)
{
	e->count = 0;
	e->trigger = add_event(e, r->trigger_fd);
	e->workers = &e->list[e->count];
	e->worker_count = r->sessions->count;
	for (int i = 0; i < e->worker_count; i++) {
		const struct worker *w = r->sessions->list[i];
		add_event(e, w->ended ? -1 : w->fd)->events |= (short)(w->out.length ? POLLOUT : 0);
	}
	e->asking = &e->list[e->count];
	e->asking_count = control_listen_poll(r->control, e->asking);
	e->count += (nfds_t)e->asking_count;
	e->watching = &e->list[e->count];
	e->watching_count = watch_listen_poll(r->watch, e->watching);
	e->count += (nfds_t)e->watching_count;
	e->submitting = add_event(e, submit_listen_fd(r->submit_listen));
	e->starters = &e->list[e->count];
	for (int i = 0; i < PROCESS_STARTERS_MAX; i++)
		add_event(e, process_starter_fd(i));
	e->places = add_event(e, places_fd(r));
}

static void hear_workers(struct runner *r, const struct events *e)
{
	for (int i = 0; i < e->worker_count; i++) {
		if (e->workers[i].revents & POLLOUT)
			worker_flush(r->sessions->list[i]);
		if (e->workers[i].revents & (POLLIN | POLLHUP | POLLERR))
			session_events_receive(r, r->sessions->list[i]);
	}
}

static void hear_users(struct runner *r, const struct events *e)
{
	watch_listen_serve(r->watch, e->watching, e->watching_count);
	if (watch_listen_wants_scan(r->watch)) {
		pickup_scan(r);
		watch_listen_scanned(r->watch);
	}
	control_listen_serve(r, e->asking, e->asking_count);
	operate(r);
	if (e->submitting->revents != 0)
		submit_listen_accept(r->submit_listen);
}

static void hear_starters(struct loop *l, const struct events *e)
{
	bool spoke = false;
	for (int i = 0; i < PROCESS_STARTERS_MAX; i++)
		spoke = spoke || e->starters[i].revents != 0;
	if (!spoke || process_look() || l->r->leaving)
		return;
	log_line(LOG_CRIT, "the starter, the part of firsthop that starts its programs, is gone: "
	                   "nothing can be sent any more; this runner ends");
	l->r->leaving = l->broken = true;
}

static void wait_for_events(struct loop *l, const sigset_t *mask, int64_t limit_ms)
{
	struct runner *r = l->r;
	struct events e;
	int64_t left = time_left_ms(l, limit_ms);
	struct timespec t = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};
	collect_events(r, &e);
	nexthop_write_new_health(r);
	/* Before a real sleep, what was removed is made durable. */
	if (r->removals > 0 && compat_poll(e.list, e.count, &(struct timespec){0}, NULL) == 0)
		upkeep_sync(r, UPKEEP_ALL);
	int ready = compat_poll(e.list, e.count, left < 0 ? NULL : &t, mask);
	if (ready != 0)
		places_wake(r, ready > 0 && e.places->revents != 0);
	if (ready <= 0)
		return;
	if (e.trigger->revents != 0 && trigger_drain(r->trigger_fd))
		pickup_rung(r);
	hear_workers(r, &e);
	hear_users(r, &e);
	hear_starters(l, &e);
}

/* A session without work is kept for a few seconds: mail often comes in bursts.  One whose ledger
 * is long ends, too. */
static void close_idle(struct runner *r)
{
	int64_t now = clock_mono_ms();
	bool at_once = r->lifetime == LIFETIME_ONCE || r->leaving ||
	               (r->lifetime == LIFETIME_LINGER && entry_count(r) == 0);
	for (int i = 0; i < r->sessions->count; i++) {
		struct worker *w = r->sessions->list[i];
		if ((w->count == 0 && !w->closing && (at_once || now - w->idle_ms > IDLE_MS)) ||
		    w->reported > SENT_LOG_RCPTS_MAX)
			worker_close(w);
	}
}

static void look_at_signals(struct runner *r)
{
	if (got_hup) {
		got_hup = 0;
		configure_read(r);
	}
	if (got_status) {
		got_status = 0;
		status_log(r);
	}
	if (got_term)
		r->leaving = true;
}

static bool is_finished(struct runner *r)
{
	/* What is too old is dealt with after it was tried once more; reports that come of it go out in
	 * the same pass. */
	if (r->pass && !r->pass_swept && queue_run_over(r)) {
		r->pass_swept = true;
		expire_sweep_now(r);
	}
	if (r->pass && queue_run_over(r)) {
		r->pass = false;
		service_pass_done(r);
	}
	if (r->sessions->count > 0)
		return false;
	if (r->leaving)
		return true;
	return r->lifetime == LIFETIME_ONCE ? !r->pass
	                                    : r->lifetime == LIFETIME_LINGER && entry_count(r) == 0;
}

/* One that goes by itself looks once more, after it has stopped listening. */
static bool is_over(struct runner *r)
{
	if (!is_finished(r))
		return false;
	if (r->leaving)
		return smtpd_keeper_leave(r) && submit_listen_leave(r->submit_listen);
	unsigned long long adopted = r->adopted;
	service_hang_up(r);
	pickup_scan(r);
	if (r->adopted == adopted && is_finished(r))
		return true;
	r->pass = r->pass || r->lifetime == LIFETIME_ONCE;
	service_listen(r);
	pickup_scan(r);
	return false;
}

/* Sessions reach a safe point, or are ended after LEAVE_MS. */
static int64_t hurry_workers(struct loop *l)
{
	struct runner *r = l->r;
	int64_t now = clock_mono_ms();
	if (!r->leaving)
		return -1;
	if (l->leaving_since_ms == 0)
		l->leaving_since_ms = now;
	int64_t since_ms = l->leaving_since_ms;
	for (int i = 0; i < r->sessions->count; i++) {
		struct worker *w = r->sessions->list[i];
		/* What has no session yet has nothing to bring to an end. */
		bool at_once = !w->ready && !sessions_is_local(w->nexthop);
		worker_close(w);
		if (at_once || now - since_ms > LEAVE_MS)
			worker_kill(w, now - since_ms > 2 * LEAVE_MS ? SIGKILL : SIGTERM);
	}
	return 500;
}

static void look_at_places(struct runner *r)
{
	struct places_found found;
	if (!places_look(r, &found))
		return;
	if (found.new_drop_fd >= 0) {
		while (!pickup_scan(r))
			continue;
		places_use_drop(r, found.new_drop_fd);
	}
	if (found.mqueue_here)
		control_listen_look(r->control);
	submit_listen_look(r->submit_listen);
}

/* False: what lies in mqueue/ cannot be read, and the runner is not to wait for that. */
static bool begin(struct loop *l, const sigset_t *mask)
{
	struct runner *r = l->r;
	r->control = control_listen_start(&r->queue);
	if (r->lifetime == LIFETIME_STAY)
		r->submit_listen = submit_listen_start(&r->queue, SUBMIT_LISTEN_ALL);
	mailclock_start(r);
	waits_write(&r->queue, &r->sessions->waits);
	counters_load(&r->counters, r->queue.mqueue_fd);
	r->counters.log_since_s = 0;
	pace_load(&r->nexthops.paces, r->queue.mqueue_fd, clock_mono_ms(), clock_wall_s());
	expire_start(r);
	while (!backlog_load(r)) {
		if (r->lifetime == LIFETIME_ONCE || r->leaving)
			return false;
		wait_for_events(l, mask, LOAD_AGAIN_MS);
		look_at_signals(r);
	}
	heads_keep_load(&l->heads, r);
	pickup_scan(r);
	if (r->lifetime == LIFETIME_ONCE || r->pass)
		queue_run_start(r);
	return true;
}

static void end(struct loop *l)
{
	struct runner *r = l->r;
	heads_keep_end(&l->heads, r, r->lifetime == LIFETIME_ONCE);
	nexthop_write_new_health(r);
	upkeep_sync(r, UPKEEP_ALL);
	upkeep_count(&l->upkeep, r, UPKEEP_ALL);
	upkeep_tokens(&l->upkeep, r, UPKEEP_ALL);
	submit_listen_end(r->submit_listen);
	smtpd_keeper_end(r);
	watch_listen_end(r);
	control_listen_end(r->control);
}

int loop_run(struct runner *r)
{
	sigset_t mask;
	struct loop l = {.r = r};
	set_signals(&mask);
	if (!begin(&l, &mask))
		return EX_IOERR;
	for (;;) {
		configure_look(r);
		mailclock_watch(r);
		backlog_tidy(r);
		expire_sweep(r);
		dispatch_all(r);
		watch_listen_look(r);
		smtpd_keeper_look(r);
		close_idle(r);
		int64_t limit_ms = hurry_workers(&l);
		if (r->lifetime == LIFETIME_STAY)
			limit_ms = sooner_ms(limit_ms, places_next_ms(r) - clock_mono_ms());
		look_at_places(r);
		if (r->adopt_again_ms != 0 && clock_mono_ms() >= r->adopt_again_ms)
			pickup_go_on(r);
		if (is_over(r))
			break;
		wait_for_events(&l, &mask, limit_ms);
		watchdog_look(r);
		watchdog_end_workers(r);
		if (submit_listen_serve(r->submit_listen))
			pickup_rung(r);
		look_at_signals(r);
		quota_look(r);
		upkeep_sync(r, UPKEEP_SOME);
		upkeep_log(&l.upkeep, r);
		upkeep_count(&l.upkeep, r, UPKEEP_SOME);
		upkeep_tokens(&l.upkeep, r, UPKEEP_SOME);
		heads_keep_look(&l.heads, r);
	}
	end(&l);
	return l.broken ? EX_OSERR : EX_OK;
}
