/* One relay process and the messages that it has in hand. */
#ifndef RUNNER_WORKER_H
#define RUNNER_WORKER_H
#include "runner/ledgers.h"
#include "runner/message.h"
#include <sys/types.h>

#define WORKER_WINDOW 16 /* messages that a ready relay may hold; one before it is ready */

struct worker {
	pid_t pid;
	struct path *path;
	int fd;
	char *avoid;              /* as in struct entry; "" = none */
	char ledger[LEDGERS_NAME_SIZE]; /* in mqueue/; "" = it could not be made */
	struct buffer in, out, steps;
	struct {
		size_t at;            /* offset in out of the byte it goes with */
		int fd;
	} fds[WORKER_WINDOW];
	int fd_count;
	struct message *first, *last;
	int count;                /* of them, and of those that are settled already: nobody took them, but the server still owes an answer */
	int settled;
	int64_t settled_ms;       /* since when */
	int left;                 /* candidates behind the one it talks to */
	bool shows;               /* the dialogue: for one message that is watched */
	bool ready, closing, ended;
	int read_errors;          /* in a row */
	bool said_bye;            /* it has told all that it did: what it still has in hand it never read */
	int done;                 /* messages with an outcome */
	int told;                 /* recipients with one */
	struct diagnosis over;    /* why its session broke; key "" = it did not */
	int64_t idle_ms;          /* since when it has nothing to do */
	int64_t progress_ms;      /* last result, or first message after an idle time */
};

/* Starts a relay for a path, without the servers that are passed over now; NULL (logged) when that fails.  shows: one that tells the dialogue. */
struct worker *worker_start(struct runner *r, struct path *path, const char *avoid, bool shows);

/* Hands a message over; it belongs to the worker from now on. */
void worker_give(struct worker *w, struct message *m);

/* Moves bytes; call when the descriptor is ready.  Outcomes are applied as they come.  Sets ended at the end of the stream. */
void worker_flush(struct worker *w);
void worker_receive(struct runner *r, struct worker *w);

/* For an error of the socket: the relay may have half a line; it sees the end of its jobs, tells what became of those it has, and ends, which
   worker_receive sees. */
void worker_stop_sending(struct worker *w);

/* A message leaves the worker; before: the one in the list before it, NULL = it is the first. */
void worker_take_out(struct worker *w, struct message *m, struct message *before);

/* One thing less keeps it busy. */
void worker_count_down(struct worker *w);

/* Ends it and the process of its session. */
void worker_kill(const struct worker *w, int signal_number);

/* No more messages will come. */
void worker_close(struct worker *w);

/* After the end: what it held is kept for later; reaps the process and frees w. */
void worker_end(struct runner *r, struct worker *w);
#endif
