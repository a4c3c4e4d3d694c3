/* runner: owns the queue.  One loop; stay, linger and once differ only in when it ends. */
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/text.h"
#include "base/version.h"
#include "jobs/process.h"
#include "runner/control.h"
#include "runner/intake.h"
#include "runner/operate.h"
#include "runner/path.h"
#include "runner/places.h"
#include "runner/rights.h"
#include "runner/service.h"
#include "runner/watch.h"
#include "runner/watchdog.h"
#include "runner/worker.h"
#include "spool/lock.h"
#include "spool/waits.h"
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define IDLE_MS 5000
#define LEAVE_MS 10000
#define SYNC_AFTER 64
#define LOAD_AGAIN_MS 5000
#define COUNT_EVERY_MS 5000
#define LOG_HANGS_MS 5000

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

/* Signals come in only while ppoll waits: between the look at a flag and the sleep none can be
 * missed. */
static void set_signals(sigset_t *while_waiting)
{
	static const int numbers[] = {
	    SIGHUP,
	    SIGTERM,
	    SIGINT,
	    SIGUSR1,
	    SIGCHLD,
#ifdef SIGINFO
	    SIGINFO,
#endif
	};
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t block;
	sigemptyset(&action.sa_mask);
	sigemptyset(&block);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		sigaction(numbers[i], &action, NULL);
		sigaddset(&block, numbers[i]);
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	sigprocmask(SIG_BLOCK, &block, NULL);
	sigemptyset(while_waiting);
}

static void sync_removals(struct runner *r, bool all)
{
	if (r->removals == 0 || (!all && r->removals < SYNC_AFTER))
		return;
	if (queue_sync(&r->queue))
		r->removals = 0;
	else
		log_limited(&r->complaints,
		    "what was delivered cannot be removed durably (fsync of mqueue/): after a power cut it "
		    "would be sent again");
}

static void save_counters(struct runner *r, bool at_once)
{
	int64_t now = clock_mono_ms();
	if (!r->counters.changed || (!at_once && now - r->counted_ms < COUNT_EVERY_MS))
		return;
	r->counted_ms = now;
	counters_save(&r->counters, r->queue.mqueue_fd);
}

/* What the log daemon does not read is no reason to stand still, but one to be seen in "mailq
 * health". */
static void count_log(struct runner *r)
{
	struct log_backlog b;
	log_flush();
	log_backlog(&b);
	int64_t silent_ms = b.since_ms != 0 ? clock_mono_ms() - b.since_ms : 0;
	bool hangs = silent_ms > LOG_HANGS_MS;
	if (b.lost == r->log_lost && hangs == (r->counters.log_since_s != 0))
		return;
	r->counters.log_lost += b.lost - r->log_lost;
	r->counters.log_since_s = hangs ? clock_wall_s() - silent_ms / 1000 : 0;
	r->counters.changed = true;
	r->log_lost = b.lost;
}

/* Of two waits the shorter one; the first may be -1, for ever. */
static int64_t sooner_ms(int64_t left, int64_t limit)
{
	limit = limit > 0 ? limit : 0;
	return left < 0 || left > limit ? limit : left;
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

static void wait_for_events(struct runner *r, const sigset_t *mask, int64_t limit_ms)
{
	struct pollfd p[WORKERS_MAX + 5 + CONTROL_CLIENTS_MAX + WATCHERS_MAX] = {
	    {.fd = r->trigger_fd, .events = POLLIN}};
	int64_t left = runner_next_ms(r);
	if (limit_ms >= 0)
		left = sooner_ms(left, limit_ms);
	if (r->counters.changed)
		left = sooner_ms(left, r->counted_ms + COUNT_EVERY_MS - clock_mono_ms());
	int64_t intake_ms = intake_next_ms(r);
	if (intake_ms != INT64_MAX)
		left = sooner_ms(left, intake_ms - clock_mono_ms());
	int64_t log_ms = log_wait_ms();
	if (log_ms >= 0)
		left = sooner_ms(left, log_ms);
	struct timespec t = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};
	for (int i = 0; i < r->worker_count; i++)
		p[i + 1] = (struct pollfd){.fd = r->workers[i]->ended ? -1 : r->workers[i]->fd,
		    .events = (short)(POLLIN | (r->workers[i]->out.length ? POLLOUT : 0))};
	int workers = r->worker_count;
	int asking = control_poll(r, p + workers + 1);
	nfds_t count = (nfds_t)(workers + 1 + asking);
	struct pollfd *watching = p + count;
	int watchers = watch_poll(r, watching);
	count += (nfds_t)watchers;
	struct pollfd *submitting = &p[count++];
	*submitting = (struct pollfd){.fd = intake_fd(r), .events = POLLIN};
	struct pollfd *starter = &p[count++];
	*starter = (struct pollfd){.fd = process_starter_fd(), .events = POLLIN};
	struct pollfd *places = &p[count++];
	*places = (struct pollfd){.fd = places_fd(r), .events = POLLIN};
	/* Before a real sleep, what was removed is made durable. */
	if (r->removals > 0 && compat_poll(p, count, &(struct timespec){0}, NULL) == 0)
		sync_removals(r, true);
	int ready = compat_poll(p, count, left < 0 ? NULL : &t, mask);
	if (ready != 0)
		places_wake(r, ready > 0 && places->revents != 0);
	if (ready <= 0)
		return;
	if (p[0].revents != 0 && lock_drain(r->trigger_fd))
		runner_adopt(r);
	for (int i = 0; i < workers; i++) {
		if (p[i + 1].revents & POLLOUT)
			worker_flush(r->workers[i]);
		if (p[i + 1].revents & (POLLIN | POLLHUP | POLLERR))
			worker_receive(r, r->workers[i]);
	}
	watch_serve(r, watching, watchers);
	if (watch_wants_look(r)) {
		runner_adopt(r);
		watch_looked(r);
	}
	control_serve(r, p + workers + 1, asking);
	operate(r);
	if (submitting->revents != 0)
		intake_accept(r);
	if (starter->revents != 0 && !process_look() && !r->leaving) {
		log_line(LOG_CRIT, "the starter, the part of the runner that is root, is gone: nothing can "
		                   "be sent any more; this runner ends");
		r->leaving = r->broken = true;
	}
}

/* A session without work is kept for a few seconds: mail often comes in bursts.  One whose ledger
 * is long ends, too. */
static void close_idle(struct runner *r)
{
	int64_t now = clock_mono_ms();
	bool at_once = r->lifetime == LIFETIME_ONCE || r->leaving ||
	               (r->lifetime == LIFETIME_LINGER && runner_waiting(r) == 0);
	for (int i = 0; i < r->worker_count; i++) {
		struct worker *w = r->workers[i];
		if ((w->count == 0 && !w->closing && (at_once || now - w->idle_ms > IDLE_MS)) ||
		    w->told > LEDGERS_RCPTS_MAX)
			worker_close(w);
	}
}

static void look_at_signals(struct runner *r)
{
	if (got_hup) {
		got_hup = 0;
		runner_configure(r, true);
	}
	if (got_status) {
		got_status = 0;
		runner_status(r);
	}
	if (got_term)
		r->leaving = true;
}

static bool is_finished(struct runner *r)
{
	/* What is too old is dealt with after it was tried once more; reports that come of it go out in
	 * the same pass. */
	if (r->pass && !r->pass_swept && runner_pass_over(r)) {
		r->pass_swept = true;
		runner_sweep(r, true);
	}
	if (r->pass && runner_pass_over(r)) {
		r->pass = false;
		service_pass_done(r);
	}
	if (r->worker_count > 0)
		return false;
	if (r->leaving)
		return true;
	return r->lifetime == LIFETIME_ONCE ? !r->pass
	                                    : r->lifetime == LIFETIME_LINGER && runner_waiting(r) == 0;
}

/* One that goes by itself looks once more, after it has stopped listening. */
static bool is_over(struct runner *r)
{
	if (!is_finished(r))
		return false;
	if (r->leaving)
		return intake_leave(r);
	unsigned long long adopted = r->adopted;
	service_hang_up(r);
	runner_adopt(r);
	if (r->adopted == adopted && is_finished(r))
		return true;
	r->pass = r->pass || r->lifetime == LIFETIME_ONCE;
	service_listen(r);
	runner_adopt(r);
	return false;
}

/* Sessions reach a safe point, or are ended after LEAVE_MS. */
static int64_t hurry_workers(struct runner *r, int64_t *since_ms)
{
	int64_t now = clock_mono_ms();
	if (!r->leaving)
		return -1;
	if (*since_ms == 0)
		*since_ms = now;
	for (int i = 0; i < r->worker_count; i++) {
		struct worker *w = r->workers[i];
		/* What has no session yet has nothing to bring to an end. */
		bool at_once = !w->ready && strcmp(w->path->key, RULES_LOCAL) != 0;
		worker_close(w);
		if (at_once || now - *since_ms > LEAVE_MS)
			worker_kill(w, now - *since_ms > 2 * LEAVE_MS ? SIGKILL : SIGTERM);
	}
	return 500;
}

static void look_at_places(struct runner *r)
{
	struct places_found found;
	if (!places_look(r, &found))
		return;
	if (found.new_drop_fd >= 0) {
		runner_adopt(r);
		places_use_drop(r, found.new_drop_fd);
	}
	if (found.mqueue_here)
		control_look(r);
	intake_look(r);
}

static int run(struct runner *r)
{
	sigset_t mask;
	int64_t leaving_since_ms = 0;
	set_signals(&mask);
	control_start(r);
	if (r->lifetime == LIFETIME_STAY)
		intake_start(r);
	runner_start_clock(r);
	waits_write(&r->queue, &r->waits);
	counters_load(&r->counters, r->queue.mqueue_fd);
	r->counters.log_since_s = 0;
	r->swept_ms = clock_mono_ms();
	while (!runner_load(r)) {
		if (r->lifetime == LIFETIME_ONCE || r->leaving)
			return EX_IOERR;
		wait_for_events(r, &mask, LOAD_AGAIN_MS);
		look_at_signals(r);
	}
	runner_adopt(r);
	if (r->lifetime == LIFETIME_ONCE || r->pass)
		runner_start_pass(r);
	for (;;) {
		runner_configure(r, false);
		runner_watch_clock(r);
		runner_tidy(r);
		runner_sweep(r, false);
		runner_dispatch(r);
		watch_look(r);
		close_idle(r);
		int64_t limit_ms = hurry_workers(r, &leaving_since_ms);
		if (r->lifetime == LIFETIME_STAY)
			limit_ms = sooner_ms(limit_ms, places_next_ms(r) - clock_mono_ms());
		look_at_places(r);
		if (r->adopt_again_ms != 0 && clock_mono_ms() >= r->adopt_again_ms)
			runner_adopt(r);
		if (is_over(r))
			break;
		wait_for_events(r, &mask, limit_ms);
		watchdog_look(r);
		watchdog_end_workers(r);
		if (intake_serve(r))
			runner_adopt(r);
		look_at_signals(r);
		sync_removals(r, false);
		count_log(r);
		save_counters(r, false);
	}
	sync_removals(r, true);
	save_counters(r, true);
	intake_end(r);
	watch_end(r);
	control_end(r);
	return EX_OK;
}

static int usage(void)
{
	fprintf(stderr,
	    "usage: runner --stay|--once|--linger [--pass] [--foreground]\n  --stay    deliver mail "
	    "until it is asked to end (rc.d, systemd, sendmail -bd)\n  --once    try everything in the "
	    "queue now, then end (sendmail -q)\n  --linger  end when the queue is empty\n  --pass    "
	    "try everything once at the start, whatever its time\n");
	return EX_USAGE;
}

static bool read_arguments(int argc, char **argv, enum lifetime *lifetime, bool *foreground,
    bool *pass)
{
	int given = 0;
	for (int i = 1; i < argc; i++) {
		given++;
		if (strcmp(argv[i], "--stay") == 0)
			*lifetime = LIFETIME_STAY;
		else if (strcmp(argv[i], "--once") == 0)
			*lifetime = LIFETIME_ONCE;
		else if (strcmp(argv[i], "--linger") == 0)
			*lifetime = LIFETIME_LINGER;
		else if (strcmp(argv[i], "--pass") == 0)
			*pass = given-- > 0;
		else if (strcmp(argv[i], "--foreground") == 0)
			*foreground = given-- > 0;
		else
			return false;
	}
	return given == 1;
}

int main(int argc, char **argv)
{
	enum lifetime lifetime = LIFETIME_STAY;
	bool foreground = false, pass = false;
	if (version_asked(argc, argv))
		return EX_OK;
	signal(SIGXFSZ, SIG_IGN); /* also what is written before the loop begins fails with a reason */
	if (rights_are_lent())
		lifetime = LIFETIME_LINGER;
	else if (!read_arguments(argc, argv, &lifetime, &foreground, &pass))
		return usage();
	struct runner *r = mem_alloc(sizeof *r);
	r->lifetime = lifetime;
	r->pass = pass;
	int code = service_start(r, foreground);
	if (code != EX_OK || r->lock_fd < 0) {
		free(r);
		return code;
	}
	code = run(r);
	code = code == EX_OK && r->broken ? EX_OSERR : code;
	service_end(r);
	free(r);
	return code;
}
