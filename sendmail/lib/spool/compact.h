/* A journal that has grown is written again: what its earlier attempts come to, a line that says
   so, and its last attempts as they are. So years of attempts, or 100,000 recipients, do not make
   a file that nobody can read. */
#ifndef SPOOL_COMPACT_H
#define SPOOL_COMPACT_H
#include "spool/queue.h"

#define COMPACT_FROM_BYTES (1 << 20)   /* a shorter journal stays as it is */
#define COMPACT_KEPT_BYTES (512 << 10) /* of its end, or its last attempt where that is longer */

/* Does so with ID.log when it is longer than COMPACT_FROM_BYTES and half of it, or more, can go; by
   way of t.ID, synced, renamed.  A journal that cannot be written again stays as it is. */
void compact_journal(const struct queue *q, const char *id);
#endif
