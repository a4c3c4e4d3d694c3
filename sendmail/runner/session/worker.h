/* One relay process and the messages that it has in hand.  Nothing here waits for it: whether it
 * hangs is watchdog.h's matter. */
#ifndef RUNNER_SESSION_WORKER_H
#define RUNNER_SESSION_WORKER_H
#include "runner/session/sent_log.h"
#include "runner/attempt/message.h"
#include <sys/types.h>

/* Messages that a ready relay may hold, beside those whose end it has sent: with CHUNKING these
   fly, and the next ones have to be there when their answers come.  And in all, as its descriptors
   allow.  One before it is ready. */
#define WORKER_WINDOW 16
#define WORKER_WINDOW_ALL 40

#define WORKERS_MAX 48 /* runner/session/sessions.h: with servers, and with mailboxes */

/* All of them, and what is shared out among them (runner/session/sessions.h). */
struct sessions {
	struct worker *list[WORKERS_MAX];
	int count;
	bool outdated; /* the configuration is another one than theirs: they are ended before anything
	                  is given away */
	const struct nexthop *yield_to; /* another nexthop has ended a session for it; NULL = none has.
	                                   Only compared */
	int64_t yield_ms;
	int64_t start_again_ms; /* no relay could be started: not before then; 0 = one could */
	unsigned turn;          /* of the nexthop that is served first */
	bool unfinished;        /* the last turn ran out of its time: the next one comes at once */
	unsigned log_number;    /* of the last one made (runner/session/sent_log.h) */
	struct buffer waits;    /* as mqueue/sessions has it */
	int64_t waits_ms;
};

struct worker {
	pid_t pid;
	struct nexthop *nexthop;
	int fd;
	struct tried *avoid;             /* servers that its mail has tried already; NULL = none */
	char ledger[SENT_LOG_NAME_SIZE]; /* in mqueue/; "" = it could not be made */
	struct buffer in, out, steps;
	struct {
		size_t at; /* offset in out of the byte it goes with */
		int fd;
	} fds[WORKER_WINDOW_ALL];
	int fd_count;
	struct message *first, *last;
	int count; /* of them, and of those that are settled already: nobody took them, but the server
	              still owes an answer */
	int settled;
	int flying;         /* of them: their ends are sent */
	int64_t settled_ms; /* since when */
	int left;           /* candidates after the one it talks to */
	bool shows;         /* the dialogue: for one message that is watched */
	bool ready, closing, ended;
	bool broken;     /* nothing can be sent to it any more */
	int read_errors; /* in a row */
	bool looked_back;
	bool said_bye; /* it has reported everything: what it still has in hand it never read */
	int done;      /* messages with an outcome */
	int reported;  /* recipients with one */
	struct diagnosis passed; /* the last server that was tried in vain, not logged yet; verdict none
	                            = there is none */
	int passed_count;        /* logged */
	bool said_down;
	int servers_failed;                     /* servers that failed, as it says */
	int64_t heard_bytes, heard_limit_bytes; /* of all that it says: more is a flood */
	struct diagnosis over;                  /* why its session broke; key "" = it did not */
	int64_t idle_ms;                        /* since when it has nothing to do */
	int64_t progress_ms;                    /* last result, or first message after an idle time */
	int64_t started_ms, ready_ms, heard_ms, closing_ms; /* closing_ms: 0 = it is not */
	int given_rcpts;                                    /* recipients of them */
	int given;                                          /* messages, so far */
	int returned;                                       /* of those: given back as unused */
	bool asked_back; /* for what it has not begun, since the last progress */
	bool ever_asked_back;
	bool limited;   /* its server accepts no more for now: more is not given to it */
	char stage[16]; /* that it waits at, as it says itself; "" = not known */
	char peer[256]; /* server of its session; "" while there is none */
	char hop[256];  /* its name in our configuration */
	/* its end (watchdog.c): when SIGTERM and SIGKILL were sent; 0 = not */
	int64_t term_ms, kill_ms, ended_ms;
	bool gone;  /* reaped */
	int status; /* as of waitpid(2) */
};

/* Starts a relay for a path, without the servers that are passed over now; NULL (logged) when that
 * fails.  shows: one that reports the dialogue. */
struct worker *worker_start(struct runner *r, struct nexthop *p, const struct tried *avoid,
    bool shows);

/* Hands a message over; it belongs to the worker from now on. */
void worker_give(struct worker *w, struct message *m);

/* Those with p that are ready and take more mail. */
int worker_count_open(struct sessions *sessions, const struct nexthop *p);

/* Moves bytes; call when the descriptor is ready. */
void worker_flush(struct worker *w);

/* Asks for every message back that the relay has not begun: those come as unused. */
void worker_ask_back(struct worker *w);

/* For an error of the socket: the relay may have half a line; it sees the end of its jobs, reports
   what became of those it has, and ends, which session_events_receive sees. */
void worker_stop_sending(struct worker *w);

/* A message leaves the worker; before: the one in the list before it, NULL = it is the first. */
void worker_take_out(struct worker *w, struct message *m, struct message *before);

/* A message that it has not begun goes to another one.  From a session that ends without a reason
   and without having done anything, mail that avoids servers does so once, and then waits: the
   state of the path, which all other mail waits for, is not that session's matter. */
void worker_give_back(struct runner *r, struct worker *w, struct message *m);

/* At its end, as soon as that is known: one that was of no use makes its path rest. */
void worker_look_back(struct runner *r, struct worker *w);

/* It has dealt with something: it does not hang. */
void worker_note_progress(struct worker *w);

/* Its relay is about to send the end of m. */
void worker_note_ending(struct worker *w, struct message *m);

/* Counts down; notes the time when the session becomes idle. */
void worker_count_down(struct worker *w);

/* Ends it and the process of its session. */
void worker_kill(const struct worker *w, int signal_number);

/* No more messages will come. */
void worker_close(struct worker *w);

/* True when the process is reaped; never waits. */
bool worker_is_gone(struct worker *w);

/* After the end, when the process is gone: what it held, and cannot have arrived, goes to another
 * at once, the rest is kept for later.  Frees w. */
void worker_end(struct runner *r, struct worker *w);
#endif
