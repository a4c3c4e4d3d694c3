/* Sharing out the sessions.  max_sessions counts those that get on: one that waits for its server,
   or sends a long message, is stuck after a few seconds, costs no other destination and no other
   user a place, and gives back what it has not begun.  Each destination and each user can have only
   so many that are stuck.  Local delivery has places of its own. */
#ifndef RUNNER_SESSION_SESSIONS_H
#define RUNNER_SESSION_SESSIONS_H
#include "runner/session/worker.h"

#define SESSIONS_MAX 32       /* with servers, stuck or not */
#define SESSIONS_LOCAL_MAX 16 /* with mailboxes */

/* Before anything else, and at the end. */
void sessions_start(struct runner *r);
void sessions_end(struct runner *r);

/* It has reported no result for some seconds, or is still connecting after one. */
bool sessions_is_stuck(const struct worker *w, int64_t now_ms);

/* True when one more session with p, for a message of that user, finds a place. */
bool sessions_may_start(const struct runner *r, const struct nexthop *p, uint32_t uid,
    int64_t now_ms);

/* True when a session of the user is stuck on p, and it has so many there that its further mail
 * waits for them. */
bool sessions_user_waits(const struct runner *r, const struct nexthop *p, uint32_t uid,
    int64_t now_ms);

/* True when w may be given one message more: while it has fewer than WORKER_WINDOW whose ends it
   has not sent. */
bool sessions_have_room(const struct nexthops *nexthops, const struct worker *w);

/* True when a message of that user goes after those that w has in hand: not after mail of a user
   who has a stuck session there, and not the other way round. */
bool sessions_may_share(const struct runner *r, const struct worker *w, uint32_t uid,
    int64_t now_ms);

/* p wants a session, and all places are taken: what is idle goes, and a destination that has more
 * than its share yields one. */
void sessions_make_room(struct runner *r, const struct nexthop *p, const struct tried *avoid,
    int64_t now_ms);

/* Asks stuck sessions for what they have not begun. */
void sessions_take_back(struct sessions *sessions, int64_t now_ms);

/* A filter has no connection, but a first message, which finds out for those of its user: true as
 * long as it may. */
bool sessions_finds_out(const struct worker *w, uint32_t uid, int64_t now_ms);

/* Messages that are done by the session with p that has done least; INT_MAX: there is none. */
int sessions_least_done(const struct sessions *sessions, const struct nexthop *p);

/* True for the paths that need no server: local mail, and filters. */
bool sessions_is_local(const struct nexthop *p);

/* The session that is at a mailbox of m, which gets m, too: two would only wait for each other's
 * lock.  NULL: there is none.  *waits: it is stuck there. */
struct worker *sessions_at_mailbox(struct sessions *sessions, const struct message *m, bool *waits,
    int64_t now_ms);

/* mqueue/sessions: what is waited for (spool/waits.h), when that has changed; at most once a
 * second. */
void sessions_write(struct sessions *sessions, const struct queue *queue, int64_t now_ms);
#endif
