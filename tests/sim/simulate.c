/* objects: runner tests/sim/relays tests/sim/rate_limits tests/sim/relay_processes tests/sim/mails tests/sim/badnight tests/sim/files tests/sim/listings tests/sim/files_reached tests/sim/operators tests/sim/simrunner tests/sim/substitutes */
/* simulate badnight: 5,000 alerts (badnight.c).
   simulate SECONDS [SEED [log|starves|early|late|digest]]: days of a small office, as fast as it
   goes, for so many seconds of processor time, in a process for each processor; each week has a
   seed of its own, counted from the one that is given.  "simulate 1 SEED" is one week by itself;
   "log": with the runner's log; the others put a fault in, to see that it is found.  What must hold
   is in mails.c, and here: the servers that are away are not asked too often, and the queue is
   empty some days after everything is well again.  What other processes do by themselves is played
   or absent: DNS, TLS and DANE, filters, mailboxes, smtpd.  TAP; a seed that fails is in the last
   words. */
#include "runner/attempt/message.h"
#include "runner/delivery/pickup_scan.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/session/worker.h"
#include "tests/sim/sim.h"
#include "base/log.h"
#include "base/text.h"
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DAYS_A_RUN 4
#define REST_DAYS 3
#define ASKED_AN_HOUR_MAX 150 /* a probe a minute for new mail, and the steps */
#define DECLINED_AN_HOUR_MAX 160
#define TOO_FAST_AN_HOUR_MAX 60

int64_t sim_now_ms, sim_wall_off_s, sim_well_ms;
bool sim_disk_full, sim_clock_jumps, sim_calm;
enum sim_fault sim_fault;
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

/* Faults that are put in, to see that they are found: simulate SECONDS SEED FAULT. */
static const char *const faults[] = {"", "starves", "early", "late", "digest"};

/* --- the world */
static int64_t next_operator_ms, next_look_ms;
static int64_t next_arrival_ms, next_change_ms[SERVERS], next_trouble_ms, full_until_ms, hour_ms;
static bool away_all_hour, to_be_killed;

static void change_server(int i)
{
	struct server *s = &sim_servers[i];
	s->mood =
	    sim_calm || s->mood != SERVER_UP ? SERVER_UP : (enum server_mood)sim_dice(SERVER_MOODS);
	s->since_ms = sim_now_ms;
	/* Enough mail to see whether each message asks a server that declines all of it. */
	for (int k = 0;
	     k < 60 && (s->mood == SERVER_TIRED || s->mood == SERVER_LIMITED) && !sim_disk_full; k++)
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
		                mood != SERVER_ONE && mood != SERVER_TIRED && mood != SERVER_LIMITED;
		asked += sim_servers[i].asked;
		SIM_MUST(sim_servers[i].declined <= DECLINED_AN_HOUR_MAX,
		    "a server that declines everything was given %d messages in an hour",
		    sim_servers[i].declined);
		SIM_MUST(sim_servers[i].too_fast <= TOO_FAST_AN_HOUR_MAX,
		    "a server with a limit of %d messages a minute had to say so %d times in an hour",
		    LIMIT_A_MINUTE, sim_servers[i].too_fast);
	}
	SIM_MUST(!away_all_hour || asked <= ASKED_AN_HOUR_MAX * SERVERS,
	    "servers that were away were asked %d times in an hour", asked);
	if (sim_now_ms < hour_ms)
		return;
	for (int i = 0; i < SERVERS; i++)
		sim_servers[i].asked = sim_servers[i].declined = sim_servers[i].too_fast = 0;
	away_all_hour = true;
	hour_ms = sim_now_ms + MS_AN_HOUR;
}

/* Most of all when sessions are in the middle of something. */
static void kill_at_work(void)
{
	if (sim_relays_busy() == 0 && !sim_calm)
		return;
	to_be_killed = false;
	sim_runner_kill();
	sim_now_ms += sim_dice(20 * MS_A_MINUTE);
	sim_runner_start();
	sim_well_ms = sim_now_ms;
}

static void look_whether_well(void)
{
	bool well = !sim_disk_full;
	for (int i = 0; i < SERVERS; i++)
		well = well && sim_servers[i].mood == SERVER_UP;
	/* What a server has taught holds mail back also when it would accept more by now. */
	for (int i = 0; i < sim_r.nexthops.paces.count; i++)
		well = well && sim_r.nexthops.paces.list[i].learnt.per_hour == 0;
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

void sim_world_live_until(int64_t end_ms)
{
	int64_t check_ms = sim_now_ms + 6 * MS_AN_HOUR;
	while (sim_now_ms < end_ms) {
		play_world();
		sim_runner_turn();
		if (sim_now_ms >= check_ms) {
			sim_mail_check(false);
			check_ms = sim_now_ms + 6 * MS_AN_HOUR;
		}
		sim_now_ms = next_event_ms();
	}
}

static void write_config(const char *conf)
{
	FILE *file = fopen(getenv("FIRSTHOP_CONFIG"), "we");
	SIM_MUST(file != NULL && fputs(conf, file) >= 0, "no file");
	fclose(file);
}

/* Every second pair of weeks has a storm guard, by sender or by recipient. */
static const char *config_of_week(struct text *conf)
{
	text_put(conf, "[host]\nname = mon1.example.org\n"
	               "[smarthost main]\nhost = 127.0.0.1\ntls = off\n"
	               "[smarthost backup]\nhost = 127.0.0.2\ntls = off\n"
	               "[route example.net]\nvia = backup, main\n"
	               "[queue]\nexpire_after_h = 24\nwarn_after_h = 4\n");
	if (seed / 2 % 2 == 1)
		text_printf(conf, "[storm]\nmessages = %u\nby = %s\ndigest_every_min = %u\n", 1 + seed % 7,
		    seed % 3 == 0 ? "recipient" : "sender", 5 + seed % 40);
	return conf->data;
}

/* A world of its own: a seed that fails does so again. */
void sim_world_begin(uint32_t with, const char *conf)
{
	seed = state = with != 0 ? with : 1;
	for (int i = 0; i < 10; i++)
		sim_dice(2);
	sim_now_ms = sim_wall_off_s = 0;
	sim_files_empty();
	sim_mail_forget();
	for (int i = 0; i < SERVERS; i++)
		sim_servers[i] =
		    (struct server){.name = sim_servers[i].name, .address = sim_servers[i].address};
	sim_disk_full = to_be_killed = false;
	sim_clock_jumps = seed % 2 == 0;
	next_trouble_ms = sim_now_ms + MS_AN_HOUR;
	hour_ms = sim_now_ms + MS_AN_HOUR;
	away_all_hour = false;
	next_arrival_ms = full_until_ms = next_look_ms = 0;
	next_operator_ms = sim_well_ms = sim_now_ms;
	for (int i = 0; i < SERVERS; i++)
		change_server(i);
	write_config(conf);
	sim_runner_start();
}

/* Some days of trouble, and some of rest, in which everything comes to its end. */
static void simulate(uint32_t with)
{
	TEXT(conf, 600);
	sim_calm = false;
	seed = with != 0 ? with : 1;
	sim_world_begin(with, config_of_week(&conf));
	sim_world_live_until(sim_now_ms + DAYS_A_RUN * MS_A_DAY);
	sim_calm = true;
	sim_disk_full = false;
	sim_mail_release_all();
	for (int i = 0; i < SERVERS; i++)
		change_server(i);
	sim_world_live_until(sim_now_ms + REST_DAYS * MS_A_DAY);
	sim_mail_check(true);
	sim_runner_kill();
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
	setenv("FIRSTHOP_CONFIG", path, 1);
	setenv("FIRSTHOP_SPOOL", spool, 1);
	SIM_MUST(queue_open(&sim_r.queue, spool, true, &d), "%s", d.text);
	if (!sim_files_start(&sim_r.queue.drop_fd, &sim_r.queue.mqueue_fd))
		printf("# the spool is on disk\n");
}

struct sum {
	uint32_t runs;
	long messages, digested;
};

/* Every nth seed from the first on, for so much processor time: a busy machine tries no fewer. */
static struct sum run_seeds(uint32_t first, uint32_t nth, long seconds)
{
	struct timespec start, now;
	struct sum sum = {0};
	make_spool();
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	do {
		simulate(first + nth * sum.runs++);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	} while (now.tv_sec - start.tv_sec < seconds);
	sum.messages = sim_mail_total();
	sum.digested = sim_mail_in_digests();
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
		all->digested += sum.digested;
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
			sim_fault = (enum sim_fault)i;
	}
	log_start("simulate", strcmp(word, "log") == 0 ? LOG_TO_STDERR : 0);
	if (argc > 1 && strcmp(argv[1], "badnight") == 0) {
		make_spool();
		return sim_night();
	}
	/* One seed again: by itself. */
	if (seconds <= 1 || *word != '\0' || processors < 2)
		all = run_seeds(first, 1, seconds);
	else if (!run_beside(first, processors < 8 ? (uint32_t)processors : 8, seconds, &all))
		return 1;
	printf("ok 1 - %u days with %ld messages, %ld of them in digests, and nothing lost, twice, "
	       "starved, early, late or asked too often\n1..1\n",
	    all.runs * (DAYS_A_RUN + REST_DAYS), all.messages, all.digested);
	return 0;
}
