/* Those who watch one message: sendmail -v, which shows the first attempt as it happens, and -odi,
   which waits for its end.  They come over mqueue/control (runner/listen/control_listen.h) with
   "watch", mostly before the message is there, and get "ok"; then lines as they go to the journal,
   and the dialogue; and at the end "over", or "no" (spool/control_line.h).  They change nothing
   about a message, but one that talks may get a session of its own, so that nobody sees the mail of
   others. */
#ifndef RUNNER_LISTEN_WATCH_LISTEN_H
#define RUNNER_LISTEN_WATCH_LISTEN_H
#include "runner/queue/watcher.h"
#include "runner/queue/runner.h"
#include <poll.h>
#include <sys/types.h>

#define WATCHERS_MAX 48

/* Takes over a client of the control socket, which asked for that.  False: it is
 * refused, and stays the caller's. */
bool watch_listen_take(struct runner *r, int fd, uid_t uid, const struct control_line *asked);
void watch_listen_end(struct runner *r);

/* Adds what is to be waited for; returns the number of entries, at most WATCHERS_MAX. */
int watch_listen_poll(const struct watch_listen *l, struct pollfd *p);
void watch_listen_serve(struct watch_listen *l, const struct pollfd *p, int count);

/* A message was taken up: somebody may be waiting for it. */
void watch_listen_arrived(struct runner *r, struct entry *e);

/* Ends the watching of what is not tried now: held, its way closed, or its attempt over. */
void watch_listen_look(struct runner *r);

/* True when one asks whether their message has come by now: after a look into drop/,
 * watch_listen_scanned answers. */
bool watch_listen_wants_scan(const struct watch_listen *l);
void watch_listen_scanned(struct watch_listen *l);
#endif
