/* mqueue/reserve: room that is given back when the disk is full, so that what was delivered can
 * still be noted, and a report written. */
#ifndef SPOOL_DISK_RESERVE_H
#define SPOOL_DISK_RESERVE_H
#include "spool/queue.h"

#define RESERVE_FILE_BYTES (512 << 10) /* 128 blocks of 4 KiB: a journal each */

/* Makes the file when it is not there and much more than that is free.  Nothing depends on its
 * success. */
void disk_reserve_keep(const struct queue *q);

/* After a write that failed: true when errno says that the disk or a quota is full, and there was a
 * reserve, which is given up. errno stays. */
bool disk_reserve_spend(const struct queue *q);

/* queue_create (spool/queue.h), which gives up the reserve when it must. */
bool disk_reserve_create(struct queue *q, const char *bytes, size_t length, const char *id,
    struct diagnosis *why);
#endif
