/* Notes in the journals of messages.  What finds no room on the disk is kept in memory and written
   later, so that a full disk makes no duplicates: a message with such a note is not tried before
   that is written. */
#ifndef RUNNER_QUEUE_NOTES_H
#define RUNNER_QUEUE_NOTES_H
#include "runner/queue/idmap.h"
#include "spool/journal.h"

/* Zero-initialised is empty. */
struct notes {
	struct idmap kept;
	int64_t full_until_ms; /* monotonic: the disk was full; what will need a note is not begun
	                          before */
};

/* Writes lines to the journal of a message, after those that are kept for it; sync: to the disk.
   False (logged, errno): they are kept. */
bool notes_append(struct notes *n, const struct queue *q, const char *id,
    const struct buffer *lines, bool sync);

/* Tries again to write what is kept for a message; true when nothing is. */
bool notes_flush(struct notes *n, const struct queue *q, uint64_t id);

/* The same for all messages, until one fails: once a minute, and before the runner ends. */
void notes_flush_all(struct notes *n, const struct queue *q);

/* True while something is kept, for a message or for any. */
bool notes_pending(const struct notes *n, uint64_t id);
bool notes_any_pending(const struct notes *n);

/* The message is gone. */
void notes_drop(struct notes *n, uint64_t id);
void notes_free(struct notes *n);
#endif
