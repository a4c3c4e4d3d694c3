/* The runner's half of the spool: what is in mqueue/, and out of it (states S3 to S7).  From drop/
 * into it: spool/pickup.h. */
#ifndef SPOOL_QUEUE_H
#define SPOOL_QUEUE_H
#include "diagnosis/diag.h"
#include "spool/id.h"
#include "spool/second_names.h"
#include <stdbool.h>
#include <sys/types.h>

#define QUEUE_REMOVED_MAX 128

struct queue {
	int drop_fd, mqueue_fd;
	gid_t group;                         /* of mqueue/: who may list it */
	uid_t owner;                         /* of mqueue/ */
	uint64_t removed[QUEUE_REMOVED_MAX]; /* whose journals go when the removal is durable */
	int removed_count;
	struct second_names second; /* whose names in drop/ go when those in mqueue/ are durable */
	bool moved;                 /* something was adopted since the last sync of drop/ */
	bool has_dead; /* something is set aside, as far as is known: when it is old enough, somebody
	                  has to look */
};

/* Opens the folders; drop_fd stays -1 when with_drop is false (mailq has no right to it). */
bool queue_open(struct queue *q, const char *spool, bool with_drop, struct diagnosis *why);
void queue_close(struct queue *q);

enum queue_kind { QUEUE_MESSAGE, QUEUE_LOG, QUEUE_DEAD, QUEUE_TEMP, QUEUE_FLUSH, QUEUE_LEDGER };

/* QUEUE_FLUSH: drop/flush.N, by which "sendmail -q" asks a staying runner for a pass; id is N.
   QUEUE_LEDGER: mqueue/sent.N, the same. Calls found for every file of the kinds that belong to us;
   names that do not are passed over. False when the folder cannot be read. */
typedef void queue_found(void *context, enum queue_kind kind, const char *id);
bool queue_scan(int dir_fd, queue_found *found, void *context);

/* Opens a message for reading; -1 with errno.  *uid gets the owner of the file, *mtime its time
 * (either may be NULL). */
int queue_message(const struct queue *q, const char *id, uid_t *uid, int64_t *mtime_s);

/* Creates a new message from within (a bounce): writes the bytes, syncs, names it id, which the
 * caller has made. */
bool queue_create(struct queue *q, const char *bytes, size_t length, const char *id,
    struct diagnosis *why);

/* Removes ID; its journal goes with the next queue_sync, after the removal is durable: until then
 * it says that nothing is to be sent again. */
bool queue_remove(struct queue *q, const char *id);

/* ID becomes ID.dead; its journal stays. */
bool queue_set_aside(struct queue *q, const char *id);

/* Removes an orphan journal (S6). */
void queue_remove_log(struct queue *q, const char *id);

/* Removes drop/t.ID if nobody holds its lock and it is older than age_s. */
void queue_remove_temp(struct queue *q, const char *id, int64_t age_s);

/* Makes durable that what was adopted has no name in drop/ any more.  Needed before another file
 * gets the name in mqueue/: a crash could show both, and they would be two messages. */
bool queue_sync_drop(struct queue *q);

/* Makes removals, and what was adopted before, durable. */
bool queue_sync(struct queue *q);
#endif
