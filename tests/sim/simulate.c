/* objects: runner tests/sim/relays tests/sim/mails tests/sim/files tests/sim/operators */
/* simulate SECONDS [SEED [log|starves|early|late]]: days of a small office, as fast as it goes, for
   so many seconds of real time, in a process for each processor; each week has a seed of its own,
   counted from the one that is given.  "simulate 1 SEED" is one week by itself; "log": with the
   runner's log; the others put a fault in, to see that it is found.  What must hold is in mails.c,
   and here: the servers that are away are not asked too often, and the queue is empty some days
   after everything is well again.  TAP; a seed that fails is in the last words. */
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
#include "runner/queue/quota.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/queue/tried.h"
#include "runner/service.h"
#include "runner/session/session_events.h"
#include "runner/session/sessions.h"
#include "runner/session/watchdog.h"
#include "runner/session/worker.h"
#include "tests/sim/sim.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/log.h"
#include "message/envelope.h"
#include "spool/disk_reserve.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WALL_START_S 1800000000LL
#define IDLE_MS 5000
#define DAYS_A_RUN 4
#define REST_DAYS 3
#define ASKED_AN_HOUR_MAX 150 /* a probe a minute for new mail, and the steps */
#define DECLINED_AN_HOUR_MAX 160

int64_t sim_now_ms, sim_wall_off_s, sim_well_ms;
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
	bool done = __real_journal_append(q, id, lines, sync);
	if (done)
		sim_mail_noted(id, lines);
	return done;
}
bool __real_disk_reserve_create(struct queue *q, const char *bytes, size_t length, const char *id,
    struct diagnosis *why);
bool __wrap_disk_reserve_create(struct queue *q, const char *bytes, size_t length, const char *id,
    struct diagnosis *why);
bool __wrap_disk_reserve_create(struct queue *q, const char *bytes, size_t length, const char *id,
    struct diagnosis *why)
{
	if (sim_disk_full && !sim_once_in(5)) {
		diag_set(why, VERDICT_DEFERRED, STAGE_SPOOL, REASON_SPOOL_FULL, "simulated");
		return false;
	}
	return __real_disk_reserve_create(q, bytes, length, id, why);
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

/* Faults that are put in, to see that they are found: simulate SECONDS SEED FAULT. */
static const char *const faults[] = {"", "starves", "early", "late"};
static enum fault_put { NO_FAULT, FAULT_STARVES, FAULT_EARLY, FAULT_LATE } fault_put;

/* Now and then a new message is put behind everything. */
void __real_schedule_add_new(struct schedule *s, struct entry *e);
void __wrap_schedule_add_new(struct schedule *s, struct entry *e);
void __wrap_schedule_add_new(struct schedule *s, struct entry *e)
{
	if (fault_put == FAULT_STARVES && sim_once_in(50))
		schedule_add(s, e, sim_now_ms + 10 * MS_AN_HOUR);
	else
		__real_schedule_add_new(s, e);
}

/* What is told is not what is done. */
void __real_journal_put_wait(struct buffer *lines, int64_t wall_s, int wait_s);
void __wrap_journal_put_wait(struct buffer *lines, int64_t wall_s, int wait_s);
void __wrap_journal_put_wait(struct buffer *lines, int64_t wall_s, int wait_s)
{
	if (fault_put > FAULT_STARVES && wait_s > 600 && sim_once_in(20))
		wait_s = fault_put == FAULT_EARLY ? 2 * wait_s : wait_s / 2;
	__real_journal_put_wait(lines, wall_s, wait_s);
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
	if (r->pass && queue_run_over(r)) {
		r->pass = false;
		expire_sweep_now(r);
		service_pass_done(r);
	}
}

/* --- the world */
static int64_t next_operator_ms, next_look_ms;
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
	sim_well_ms = sim_now_ms;
}

static void look_whether_well(void)
{
	bool well = !sim_disk_full;
	for (int i = 0; i < SERVERS; i++)
		well = well && sim_servers[i].mood == SERVER_UP;
	if (!well)
		sim_well_ms = sim_now_ms;
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
	if (!sim_calm && sim_now_ms >= next_operator_ms) {
		sim_operators_act();
		next_operator_ms = sim_now_ms + 1 + sim_dice(40 * MS_A_MINUTE);
	}
	look_whether_well();
	if (sim_now_ms >= next_look_ms) {
		sim_mail_look();
		next_look_ms = sim_now_ms + 5 * MS_A_MINUTE;
	}
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
	next = sooner(next,
	    sim_calm ? INT64_MAX : sooner(next_operator_ms, sooner(next_arrival_ms, next_trouble_ms)));
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
	/* A world of its own: a seed that fails does so again. */
	sim_now_ms = sim_wall_off_s = 0;
	sim_files_empty();
	sim_mail_forget();
	for (int i = 0; i < SERVERS; i++)
		sim_servers[i] =
		    (struct server){.name = sim_servers[i].name, .address = sim_servers[i].address};
	sim_disk_full = sim_calm = to_be_killed = false;
	sim_clock_jumps = seed % 2 == 0;
	next_trouble_ms = sim_now_ms + MS_AN_HOUR;
	hour_ms = sim_now_ms + MS_AN_HOUR;
	away_all_hour = false;
	next_arrival_ms = full_until_ms = next_look_ms = 0;
	next_operator_ms = sim_well_ms = sim_now_ms;
	for (int i = 0; i < SERVERS; i++)
		change_server(i);
	start_runner();
	live_until(sim_now_ms + DAYS_A_RUN * MS_A_DAY);
	sim_calm = true;
	sim_disk_full = false;
	sim_mail_release_all();
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
	if (!sim_files_start(&sim_r.queue.drop_fd, &sim_r.queue.mqueue_fd))
		printf("# the spool is on disk\n");
}

struct sum {
	uint32_t runs;
	long messages;
};

/* Every nth seed from the first on, until the time is over. */
static struct sum run_seeds(uint32_t first, uint32_t nth, long seconds)
{
	struct timespec start, now;
	struct sum sum = {0};
	make_spool();
	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		simulate(first + nth * sum.runs++);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - start.tv_sec < seconds);
	sum.messages = sim_mail_total();
	return sum;
}

/* One process for each processor; one that fails has said why. */
static bool run_beside(uint32_t first, uint32_t count, long seconds, struct sum *all)
{
	int ends[2], status;
	bool good = pipe(ends) == 0;
	for (uint32_t i = 0; i < count && good; i++) {
		pid_t pid = fork();
		SIM_MUST(pid >= 0, "no process");
		if (pid > 0)
			continue;
		struct sum sum = run_seeds(first + i, count, seconds);
		exit(write(ends[1], &sum, sizeof sum) == (ssize_t)sizeof sum ? 0 : 1);
	}
	close(ends[1]);
	for (uint32_t i = 0; i < count; i++)
		good = wait(&status) > 0 && status == 0 && good;
	for (struct sum sum; good && read(ends[0], &sum, sizeof sum) == (ssize_t)sizeof sum;) {
		all->runs += sum.runs;
		all->messages += sum.messages;
	}
	return good;
}

int main(int argc, char **argv)
{
	long seconds = argc > 1 ? atol(argv[1]) : 30, processors = sysconf(_SC_NPROCESSORS_ONLN);
	uint32_t first = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
	const char *word = argc > 3 ? argv[3] : "";
	struct sum all = {0};
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		if (strcmp(faults[i], word) == 0)
			fault_put = (enum fault_put)i;
	}
	log_start("simulate", strcmp(word, "log") == 0 ? LOG_TO_STDERR : 0);
	/* One seed again: by itself. */
	if (seconds <= 1 || *word != '\0' || processors < 2)
		all = run_seeds(first, 1, seconds);
	else if (!run_beside(first, processors < 8 ? (uint32_t)processors : 8, seconds, &all))
		return 1;
	printf("ok 1 - %u days with %ld messages, and nothing lost, twice, starved, early, late or "
	       "asked too often\n1..1\n",
	    all.runs * (DAYS_A_RUN + REST_DAYS), all.messages);
	return 0;
}
