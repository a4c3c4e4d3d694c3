/* Programs that are started beside the runner: relay, mbox or filters in its place,
   mailbox for mbox, and filter for filters; smtpd, for [listen].
   Where the runner was started by root, or by a unit of systemd, a starter
   (runner/service/starter.h) starts, signals and reaps them, and this is how the runner, mbox
   and filters ask it; elsewhere the caller does so itself.

   No program gets an argument that says anything about mail: what it needs comes by descriptors,
   at fixed numbers.  Between starter and caller go lines on a SOCK_SEQPACKET socket
   (jobs/process_line.h), with the descriptors of a start. */
#ifndef JOBS_PROCESS_H
#define JOBS_PROCESS_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum process_program {
	PROCESS_RELAY,
	PROCESS_MBOX,
	PROCESS_MAILBOX,
	PROCESS_FILTERS,
	PROCESS_FILTER,
	PROCESS_SMTPD,
	PROCESS_PROGRAMS
};

/* Where relay, mbox and filters find their descriptors.  mailbox: the message is standard input,
 * its answer standard output; filter: the same, and its words standard error.  smtpd: when the
 * other end of its standard input is closed, it is to end. */
enum {
	PROCESS_FD_JOBS = 0,   /* jobs/jobs.h */
	PROCESS_FD_ORDERS = 3, /* lines (jobs/orders.h), to their end */
	PROCESS_FD_LOCK = 4,   /* that of the runner: no second runner starts beside them */
	PROCESS_FD_LEDGER = 5, /* jobs/ledger.h; may be missing */
	PROCESS_FD_STARTER =
	    6 /* mbox, filters: its socket to the starter; missing where there is none */
};
#define PROCESS_FDS_MAX 4

/* From now on the starter at the other end of fd is asked; -1 (as at first): nobody.  fd is
   kept. */
void process_use_starter(int fd);

/* From now on the starters are asked that are units of their own: one for relay, one for mbox,
   one for filters.  Each is connected to when it is first needed, at PROCESS_UNIT_FOLDER/relay,
   /local and /filter, beside the run folder: a folder of root's, so nobody can put another socket
   there. */
#define PROCESS_UNIT_FOLDER "%s-start" /* of paths_run() */
void process_use_units(void);
bool process_by_units(void);

/* To wait for: its descriptor, or -1 when there is none (yet); i below PROCESS_STARTERS_MAX. */
#define PROCESS_STARTERS_MAX 3
int process_starter_fd(int i);

/* With its last client a starter goes, too. */
void process_leave_starters(void);

/* How a process ends that could not become its program; env(1) and shells say it so, too. */
#define PROCESS_NOT_RUN 127

/* Starts a program in a process group of its own, with fds (which stay open here): of relay and
   mbox jobs, orders, lock and, if there is one, the ledger; of mailbox input and output, of filter
   the words, too.  Its pid, or -1 with errno. */
pid_t process_start(enum process_program program, const int *fds, int count);

/* Signals a program and those in its process group.  One that has been reaped is left alone. */
void process_signal(pid_t pid, int signal_number);

/* True when a program has ended, and is forgotten; *status as wait(2) gives it.  Waits for that at
 * most limit_ms; 0 = not at all. */
bool process_reap(pid_t pid, int64_t limit_ms, int *status);

/* False when there was a starter, and it is gone: nothing can be started any more.  Takes in what
 * each has said. */
bool process_look(void);

/* The start of a program that the runner gives mail to, and that starts programs itself: its
   descriptors, signals and log.  False: somebody else started it. */
bool process_begin(int argc, char **argv, const char *log_name);

/* For the starter, and for a child of the caller itself: puts the descriptors where the program
   finds them, closes all others, and becomes it. extra is the one at PROCESS_FD_STARTER, or -1;
   words are its arguments.  Comes back with errno only. */
void process_become(enum process_program program, const int *fds, int count, int extra,
    char *const words[]);
#endif
