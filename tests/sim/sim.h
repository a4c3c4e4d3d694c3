/* A simulated world for the runner's own code: one process, a clock of its own, servers that come
   and go, and relays that are played here (tests/sim/relays.c).  The spool is in memory. Everything
   random comes from one seed, so that a run can be repeated. */
#ifndef TESTS_SIM_H
#define TESTS_SIM_H
#include "runner/queue/runner.h"
#include "runner/session/worker.h"
#include "spool/id.h"
#include <stdio.h>

#define MS_A_MINUTE 60000LL
#define MS_AN_HOUR (60 * MS_A_MINUTE)
#define SIM_EXPIRE_H 24
#define MS_A_DAY (24 * MS_AN_HOUR)

extern int64_t sim_now_ms;     /* monotonic */
extern int64_t sim_wall_off_s; /* what an administrator or NTP did to the wall clock */
extern bool sim_disk_full;
extern int64_t sim_well_ms;  /* since then both servers are there, and the disk has room */
extern bool sim_calm;        /* everything is well, for the end of a run */
extern bool sim_clock_jumps; /* in this run: then the age of mail may be too low (spool/ages.h) */
extern struct runner sim_r;

/* A number of 0 to sides - 1. */
uint32_t sim_dice(uint32_t sides);

/* Once in so many times. */
bool sim_once_in(uint32_t times);

/* The invariants: ends the process with the seed when it is not so. */
#define SIM_MUST(condition, ...)   \
	do {                           \
		if (!(condition))          \
			sim_fail(__VA_ARGS__); \
	} while (0)
void sim_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#define SIM_WALL_START_S 1800000000LL

/* A fault that is put in, to see that it is found (substitutes.c). */
extern enum sim_fault {
	SIM_FAULT_NONE,
	SIM_FAULT_STARVES,
	SIM_FAULT_EARLY,
	SIM_FAULT_LATE,
	SIM_FAULT_DIGEST /* a digest vanishes */
} sim_fault;

/* --- the runner (simrunner.c): started; killed, so that nothing of it is saved; one turn of its
   loop */
void sim_runner_start(void);
void sim_runner_kill(void);
void sim_runner_turn(void);

/* --- the spool (files.c) */
/* Puts folders in memory in the place of these; false: they are kept. */
bool sim_files_start(int *drop_fd, int *mqueue_fd);
void sim_files_empty(void);

/* False: one of the calls goes past us, or there is no such folder (files_reached.c). */
bool sim_files_are_reached(int folder);

/* Of a descriptor of one of the two folders; -1 for any other.  The names in it, count of them, all
   to be freed. */
int sim_files_folder(int fd);
char **sim_files_names(int folder, size_t *count);

/* A call whose place is taken here: the prototypes that the linker's --wrap needs. */
#define SIM_REAL(type, name, ...)    \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

/* --- the world (simulate.c): anew, with this seed and configuration; and on to a time */
void sim_world_begin(uint32_t with, const char *conf);
void sim_world_live_until(int64_t end_ms);

/* --- a bad night (badnight.c): says what becomes of 5,000 alerts, without and with [storm] */
int sim_night(void);
void sim_night_delivered(uint64_t id);
void sim_night_digested(uint64_t id, uint64_t digest_id);

/* --- servers (relays.c) */
/* SERVER_ONE: it takes one session at a time; SERVER_TIRED: it answers 451 to each MAIL;
   SERVER_LIMITED: it accepts LIMIT_A_MINUTE messages in a minute, and answers others that they come
   too fast. */
enum server_mood {
	SERVER_UP,
	SERVER_REFUSES,
	SERVER_SILENT,
	SERVER_LOGIN,
	SERVER_BREAKS,
	SERVER_ONE,
	SERVER_TIRED,
	SERVER_LIMITED
};
#define SERVER_MOODS 8
#define LIMIT_A_MINUTE 5
#define SERVERS 2
extern struct server {
	const char *name, *address;
	enum server_mood mood;
	int64_t since_ms; /* it is in that mood */
	int asked;        /* connections in the hour at hand */
	int declined;     /* messages in that hour, while it is tired: each gets 451 to MAIL */
	int too_fast;     /* messages in that hour, of which it said that they come too fast */
	int64_t accepted_ms[LIMIT_A_MINUTE]; /* when it accepted the last ones */
} sim_servers[SERVERS];

/* What a provider accepts of one customer; 0: as the mood says. */
extern struct sim_allowed {
	int a_minute, a_day;
} sim_allowed;

/* Whether its last messages fill the minute; it has accepted one more. */
bool server_is_too_fast(const struct server *s);
void server_note_accepted(struct server *s);

/* Plays all relays up to now: they connect, deliver, and say so. */
void sim_relays_play(void);

/* When the next one has something to do; INT64_MAX: none. */
int64_t sim_relays_next_ms(void);

/* The runner was killed: each relay ends with the message that it is at, and notes it. */
void sim_relays_orphaned(void);

/* One of them dies. */
void sim_relays_kill_one(void);
int sim_relays_busy(void); /* that have mail in hand */

/* --- operators.c */
/* Somebody asks for something: hold, release, retry, remove, show, forget, a queue run. */
void sim_operators_act(void);
void sim_operators_release(const char *id);

/* --- what the world remembers of mail (mails.c) */
/* A recipient was taken by a server (sure: and the server said so). */
void sim_mail_delivered(const char *id, const char *rcpt, bool sure);
void sim_mail_digested(const char *id, const char *digest_id);
void sim_mail_refused(const char *id, const char *rcpt);
void sim_mail_tried(const char *id);
void sim_mail_report(const char *id, const char *report_id);
void sim_mail_aside(const char *id);

/* What goes to its journal: the time that is told for the next attempt. */
void sim_mail_noted(const char *id, const struct buffer *lines);

/* An operator did it; asked: told times do not hold any more, of one or (NULL) of all. */
void sim_mail_held(const char *id, bool held);
void sim_mail_removed(const char *id);
void sim_mail_asked(const char *id);
bool sim_mail_pick(char id[ID_SIZE], uint32_t *uid); /* any one */
void sim_mail_release_all(void);

/* Nobody is starved, and no told time has passed: where all has been well for a while. */
void sim_mail_look(void);

/* A new message in drop/. */
void sim_mail_arrives(uint32_t uid, int rcpts);

/* The same for one address; NULL: any.  Its id, packed. */
uint64_t sim_mail_arrives_for(uint32_t uid, int rcpts, const char *address);

/* In the middle: each message that nobody has settled is there.  At the end: all is settled. */
void sim_mail_check(bool end);
long sim_mail_total(void);
long sim_mail_in_digests(void);
void sim_mail_forget(void);
#endif
