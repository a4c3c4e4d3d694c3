/* objects: runner tests/sim/relays tests/sim/mails */
/* simulate SECONDS [SEED]: days of a small office, as fast as it goes, for so many seconds of real
   time; each day has a seed of its own, or all of them the one that is given.  What must hold is in
   mails.c, and here: the servers that are away are not asked too often, and the queue is empty some
   days after everything is well again.  TAP; a seed that fails is in the last words. */
#include "runner/attempt/message.h"
#include "runner/delivery/backlog.h"
#include "runner/delivery/configure.h"
#include "runner/delivery/dispatch.h"
#include "runner/delivery/expire.h"
#include "runner/delivery/mailclock.h"
#include "runner/delivery/pickup_scan.h"
#include "runner/disposition/disposition.h"
#include "runner/notify/notify.h"
#include "runner/queue/entry.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/quota.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/queue/tried.h"
#include "runner/session/session_events.h"
#include "runner/session/sessions.h"
#include "runner/session/watchdog.h"
#include "runner/session/worker.h"
#include "tests/sim/sim.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/log.h"
#include "message/envelope.h"
#include "spool/reserve.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define WALL_START_S 1800000000LL
#define IDLE_MS 5000
#define DAYS_A_RUN 4
#define REST_DAYS 3
#define ASKED_AN_HOUR_MAX 150 /* a probe a minute for new mail, and the steps */
#define DECLINED_AN_HOUR_MAX 160

int64_t sim_now_ms, sim_wall_off_s;
bool sim_disk_full, sim_clock_jumps, sim_calm;
struct runner sim_r;
static uint32_t seed, state;
static char spool[64];

uint32_t sim_dice(uint32_t sides)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % sides;
}

bool sim_once_in(uint32_t times)
{
	return sim_dice(times) == 0;
}

void sim_fail(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	printf("not ok 1 - ");
	vprintf(format, list);
	va_end(list);
	printf("\n# hour %.2f of this run; again: simulate 1 %u\n1..1\n",
	    (double)sim_now_ms / (double)MS_AN_HOUR, (unsigned)seed);
	fflush(stdout);
	_exit(1);
}

/* --- this machine */
int64_t __wrap_clock_mono_ms(void);
int64_t __wrap_clock_mono_ms(void)
{
	return sim_now_ms;
}
int64_t __wrap_clock_wall_s(void);
int64_t __wrap_clock_wall_s(void)
{
	return WALL_START_S + sim_wall_off_s + sim_now_ms / 1000;
}
int64_t __wrap_clock_wall_us(void);
int64_t __wrap_clock_wall_us(void)
{
	return __wrap_clock_wall_s() * 1000000 + sim_now_ms % 1000 * 1000;
}
uint32_t __wrap_compat_random(void);
uint32_t __wrap_compat_random(void)
{
	return sim_dice(UINT32_MAX);
}
bool __wrap_fdio_sync(int fd);
bool __wrap_fdio_sync(int fd)
{
	(void)fd;
	return true;
}
bool __real_journal_append(const struct queue *q, const char *id, const struct buffer *lines,
    bool sync);
bool __wrap_journal_append(const struct queue *q, const char *id, const struct buffer *lines,
    bool sync);
bool __wrap_journal_append(const struct queue *q, const char *id, const struct buffer *lines,
    bool sync)
{
	if (sim_disk_full && !sim_once_in(5)) {
		errno = ENOSPC;
		return false;
	}
	return __real_journal_append(q, id, lines, sync);
}
bool __real_reserve_create(struct queue *q, const char *bytes, size_t length, const char *id,
    struct diagnosis *why);
bool __wrap_reserve_create(struct queue *q, const char *bytes, size_t length, const char *id,
    struct diagnosis *why);
bool __wrap_reserve_create(struct queue *q, const char *bytes, size_t length, const char *id,
    struct diagnosis *why)
{
	if (sim_disk_full && !sim_once_in(5)) {
		diag_set(why, VERDICT_DEFERRED, STAGE_SPOOL, REASON_SPOOL_FULL, "simulated");
		return false;
	}
	return __real_reserve_create(q, bytes, length, id, why);
}
void __real_bounce_log(const char *id, const char *kind, const char *report_id, const char *to,
    const char *words);
void __wrap_bounce_log(const char *id, const char *kind, const char *report_id, const char *to,
    const char *words);
void __wrap_bounce_log(const char *id, const char *kind, const char *report_id, const char *to,
    const char *words)
{
	if (strcmp(kind, "bounce") == 0)
		sim_mail_report(id, report_id);
	__real_bounce_log(id, kind, report_id, to, words);
}

/* --- the runner's life */
static void start_runner(void)
{
	struct queue queue = sim_r.queue;
	sim_r = (struct runner){.lifetime = LIFETIME_STAY, .lock_fd = -1, .trigger_fd = -1};
	sim_r.queue = queue;
	sessions_start(&sim_r);
	config_defaults(&sim_r.config);
	configure_read(&sim_r);
	SIM_MUST(sim_r.config_good, "the configuration is wrong");
	mailclock_start(&sim_r);
	counters_load(&sim_r.counters, sim_r.queue.mqueue_fd);
	expire_start(&sim_r);
	while (!backlog_load(&sim_r))
		sim_now_ms += 5000;
	pickup_scan(&sim_r);
}

/* Killed: nothing of it is saved. */
static void kill_runner(void)
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
static void turn(void)
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
	if (sim_now_ms >= r->adopt_again_ms)
		pickup_scan(r);
}

/* --- the world */
static int64_t next_arrival_ms, next_change_ms[SERVERS], next_trouble_ms, full_until_ms, hour_ms;
static bool away_all_hour, to_be_killed;

static void change_server(int i)
{
	struct server *s = &sim_servers[i];
	s->mood = sim_calm || s->mood != SERVER_UP ? SERVER_UP : (enum server_mood)sim_dice(7);
	s->since_ms = sim_now_ms;
	/* Enough mail to see whether each message asks a server that declines all of it. */
	for (int k = 0; k < 60 && s->mood == SERVER_TIRED && !sim_disk_full; k++)
		sim_mail_arrives(1000, 1);
	next_change_ms[i] = sim_now_ms + MS_A_MINUTE +
	                    sim_dice(s->mood == SERVER_UP ? 10 : 5) * MS_AN_HOUR / 2 +
	                    sim_dice(3000000);
}

static void arrive(void)
{
	/* Now and then a user who has too much to say. */
	int count = sim_once_in(150) ? 100 : 1;
	uint32_t uid = 1000 + sim_dice(8);
	for (int i = 0; i < count && !sim_disk_full; i++)
		sim_mail_arrives(uid, sim_once_in(4) ? 1 + (int)sim_dice(12) : 1);
	pickup_scan(&sim_r);
	next_arrival_ms = sim_now_ms + 1 + sim_dice(40 * MS_A_MINUTE);
}

static void trouble(void)
{
	next_trouble_ms = sim_now_ms + MS_A_MINUTE + sim_dice(6 * MS_AN_HOUR);
	switch (sim_dice(4)) {
	case 0: to_be_killed = true; break;
	case 1: sim_relays_kill_one(); break;
	case 2:
		sim_wall_off_s += !sim_clock_jumps ? 0 : (int64_t)sim_dice(7 * 86400) - 3 * 86400;
		break;
	case 3:
		sim_disk_full = true;
		full_until_ms = sim_now_ms + sim_dice(2 * MS_AN_HOUR);
		break;
	}
}

static void look_at_hour(void)
{
	int asked = 0;
	for (int i = 0; i < SERVERS; i++) {
		enum server_mood mood = sim_servers[i].mood;
		away_all_hour = away_all_hour && mood != SERVER_UP && mood != SERVER_BREAKS &&
		                mood != SERVER_ONE && mood != SERVER_TIRED;
		asked += sim_servers[i].asked;
		SIM_MUST(sim_servers[i].declined <= DECLINED_AN_HOUR_MAX,
		    "a server that declines everything was given %d messages in an hour",
		    sim_servers[i].declined);
	}
	SIM_MUST(!away_all_hour || asked <= ASKED_AN_HOUR_MAX * SERVERS,
	    "servers that were away were asked %d times in an hour", asked);
	if (sim_now_ms < hour_ms)
		return;
	for (int i = 0; i < SERVERS; i++)
		sim_servers[i].asked = sim_servers[i].declined = 0;
	away_all_hour = true;
	hour_ms = sim_now_ms + MS_AN_HOUR;
}

/* Most of all when sessions are in the middle of something. */
static void kill_at_work(void)
{
	if (sim_relays_busy() == 0 && !sim_calm)
		return;
	to_be_killed = false;
	kill_runner();
	sim_now_ms += sim_dice(20 * MS_A_MINUTE);
	start_runner();
}

static void play_world(void)
{
	for (int i = 0; i < SERVERS; i++) {
		if (sim_now_ms >= next_change_ms[i])
			change_server(i);
	}
	look_at_hour();
	if (to_be_killed)
		kill_at_work();
	if (sim_calm || sim_now_ms >= full_until_ms)
		sim_disk_full = false;
	if (!sim_calm && sim_now_ms >= next_arrival_ms)
		arrive();
	if (!sim_calm && sim_now_ms >= next_trouble_ms)
		trouble();
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When anything can happen.  Sweeps, and looks for what found no room, come every minute as they
 * do. */
static int64_t next_event_ms(void)
{
	struct runner *r = &sim_r;
	int64_t next = sooner(sim_now_ms + MS_A_MINUTE, sim_relays_next_ms());
	next = sooner(next, sim_calm ? INT64_MAX : sooner(next_arrival_ms, next_trouble_ms));
	for (int i = 0; i < SERVERS; i++)
		next = sooner(next, next_change_ms[i]);
	for (int i = 0; i < r->nexthops.count; i++) {
		const struct nexthop *p = r->nexthops.list[i];
		const struct entry *e = schedule_first(&p->schedule);
		if (e == NULL)
			continue;
		int64_t due = e->due_ms < sim_now_ms ? sim_now_ms + 500 : e->due_ms;
		if (nexthop_state(&r->nexthops, p, sim_now_ms) != NEXTHOP_UP)
			due = nexthop_until_ms(&r->nexthops, p);
		next = sooner(next, due);
	}
	if (r->sessions->count > 0)
		next = sooner(next, sim_now_ms + 1000);
	return next > sim_now_ms ? next : sim_now_ms + 1;
}

static void live_until(int64_t end_ms)
{
	int64_t check_ms = sim_now_ms + 6 * MS_AN_HOUR;
	while (sim_now_ms < end_ms) {
		play_world();
		turn();
		if (sim_now_ms >= check_ms) {
			sim_mail_check(false);
			check_ms = sim_now_ms + 6 * MS_AN_HOUR;
		}
		sim_now_ms = next_event_ms();
	}
}

/* Some days of trouble, and some of rest, in which everything comes to its end. */
static void simulate(uint32_t with)
{
	seed = state = with != 0 ? with : 1;
	for (int i = 0; i < 10; i++)
		sim_dice(2);
	sim_calm = to_be_killed = false;
	sim_clock_jumps = seed % 2 == 0;
	next_trouble_ms = sim_now_ms + MS_AN_HOUR;
	hour_ms = sim_now_ms + MS_AN_HOUR;
	away_all_hour = false;
	next_arrival_ms = full_until_ms = 0;
	for (int i = 0; i < SERVERS; i++)
		change_server(i);
	start_runner();
	live_until(sim_now_ms + DAYS_A_RUN * MS_A_DAY);
	sim_calm = true;
	for (int i = 0; i < SERVERS; i++)
		change_server(i);
	live_until(sim_now_ms + REST_DAYS * MS_A_DAY);
	sim_mail_check(true);
	kill_runner();
}

static void remove_spool(void)
{
	char command[120];
	snprintf(command, sizeof command, "rm -rf %s", spool);
	if (system(command) != 0)
		perror(spool);
}

static void make_spool(void)
{
	static const char conf[] = "[host]\nname = mon1.example.org\n"
	                           "[smarthost main]\nhost = 127.0.0.1\ntls = off\n"
	                           "[smarthost backup]\nhost = 127.0.0.2\ntls = off\n"
	                           "[route example.net]\nvia = backup, main\n"
	                           "[queue]\nexpire_after_h = 24\nwarn_after_h = 4\n";
	struct diagnosis d = {0};
	char path[100];
	snprintf(spool, sizeof spool, "%s/firsthop-sim-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	SIM_MUST(mkdtemp(spool) != NULL, "no folder");
	atexit(remove_spool);
	snprintf(path, sizeof path, "%s/drop", spool);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/mqueue", spool);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/firsthop.conf", spool);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	SIM_MUST(fd >= 0 && write(fd, conf, sizeof conf - 1) == (ssize_t)sizeof conf - 1, "no file");
	close(fd);
	setenv("FIRSTHOP_CONFIG", path, 1);
	setenv("FIRSTHOP_SPOOL", spool, 1);
	SIM_MUST(queue_open(&sim_r.queue, spool, true, &d), "%s", d.text);
}

int main(int argc, char **argv)
{
	long seconds = argc > 1 ? atol(argv[1]) : 30;
	uint32_t first = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1, run = 0;
	struct timespec start, now;
	log_start("simulate", argc > 3 ? LOG_TO_STDERR : 0);
	make_spool();
	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		simulate(first + run++);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - start.tv_sec < seconds);
	printf("ok 1 - %u days with %ld messages, and nothing lost, twice, starved or asked too often\n"
	       "1..1\n",
	    run * (DAYS_A_RUN + REST_DAYS), sim_mail_total());
	return 0;
}
