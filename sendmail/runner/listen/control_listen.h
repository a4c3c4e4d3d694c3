/* What mailq asks of the runner: a local socket, mqueue/control, that only set-group-id mailq and
   members of group fhlist reach.  The kernel says who asks.  Each line has one answer
   (spool/control_line.h); who asks to watch becomes a watcher (runner/listen/watch_listen.h). */
#ifndef RUNNER_LISTEN_CONTROL_LISTEN_H
#define RUNNER_LISTEN_CONTROL_LISTEN_H
#include "runner/queue/runner.h"
#include "spool/control_line.h"
#include <poll.h>

/* Of them each user may have a few, and some are kept for root: whoever holds connections and says
 * nothing shuts nobody else out. */
#define CONTROL_CLIENTS_MAX 64

/* Makes the socket (the working directory is the spool); a runner without one works, and mailq says
 * that it cannot be asked. */
struct control *control_listen_start(const struct queue *q);
void control_listen_end(struct control *c);

/* Makes the socket again if its name is gone. */
void control_listen_look(struct control *c);

/* Adds what is to be waited for; returns the number of entries, at most 1 + CONTROL_CLIENTS_MAX. */
int control_listen_poll(const struct control *c, struct pollfd *p);

/* Reads what came, and sends answers; p is as control_listen_poll filled it and poll(2) marked
   it. */
void control_listen_serve(struct runner *r, const struct pollfd *p, int count);

struct control_request {
	struct control_line asked;
	bool known;    /* it is a request */
	uid_t uid;     /* who asks, says the kernel */
	uint64_t wish; /* number of that client: all that it asks is one wish */
	int client;
};

/* The next request that came, false when there is none; each has an answer before the next one is
 * looked for. */
bool control_listen_next(struct control *c, struct control_request *q);
void control_listen_answer(struct control *c, const struct control_request *q,
    enum control_answer answer, const char *behind);
#endif
