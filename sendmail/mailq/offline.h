/* Changing the queue while no runner is there: root does it itself, under the lock that a runner
   would hold, with the rights of the user that owns the queue. */
#ifndef MAILQ_OFFLINE_H
#define MAILQ_OFFLINE_H
#include "mailq/list.h"
#include "spool/control_line.h"

struct offline;

/* Takes the runner's lock and its rights, for the rest of this process.  NULL, with words that say
   why: a runner holds it, or the caller is neither root nor the owner of the queue. */
struct offline *offline_begin(const char **why);
void offline_end(struct offline *o);

/* "hold", "release" or "remove" with one message of the list, also one in drop/ (which is taken up
   first); dead: it is set aside, and can be removed.  NULL: done; else why not. */
const char *offline_do(struct offline *o, enum control_verb verb, const struct row *r, bool dead);
#endif
