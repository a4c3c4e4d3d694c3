/* mqueue/sent.N: the ledgers of the sessions (jobs/ledger.h).  There as long as the relay runs
   that writes to it; after a kill the next runner reads them (runner/delivery/recover.h) before it
   gives anything away. */
#ifndef RUNNER_SESSION_SENT_LOG_H
#define RUNNER_SESSION_SENT_LOG_H
#include "runner/queue/runner.h"

#define SENT_LOG_NAME_SIZE 24
#define SENT_LOG_RCPTS_MAX                                                                    \
	20000 /* recipients in one, about 4 MB: then its relay gets no more mail, and another one \
	         begins with an empty one */

struct worker;

/* Makes one: its descriptor for writing at the end, which relays inherit, or -1 (logged: then a
 * kill may repeat mail), and its name in mqueue/. */
int sent_log_open(struct sessions *sessions, const struct queue *queue,
    char name[SENT_LOG_NAME_SIZE]);

/* The relay of a ledger has ended and been heard.  It stays while a note is missing that a journal
 * had no room for. */
void sent_log_remove(struct notes *notes, const struct queue *queue, const char *name);

/* Notes what is in the ledger of a relay that has ended about the messages that it still has in
 * hand. */
void sent_log_hear(struct runner *r, struct worker *w);
#endif
