/* From drop/ into mqueue/ (states S2 and S3), so that a crash at any instant leaves each message a
   name.  A file system may make the removal of a name durable before the new name in another
   folder. So each message of a batch gets its second name, mqueue/ is synced once, and then the
   first names go (firsthop-spool(5)). */
#ifndef SPOOL_PICKUP_H
#define SPOOL_PICKUP_H
#include "spool/queue.h"

enum pickup {
	PICKUP_NEW,    /* mqueue/ID is there now */
	PICKUP_KNOWN,  /* it was there before: a crash, or a sync that failed, left both names */
	PICKUP_REFUSED /* set aside as mqueue/ID.dead, or it stays in drop/: why says which */
};

/* Gives drop/ID its name in mqueue/.  Only a plain file with one name is a message; anything else
   becomes ID.dead.  Where the kernel forbids a link to a file of another user, the file is renamed
   if the file system moves a file between two folders in one step, and copied if not: the copy
   belongs to the queue, and says in its head who the sender was.  why is also set for PICKUP_KNOWN
   when this process did not know of the second name. */
enum pickup pickup_take(struct queue *q, const char *id, struct diagnosis *why);

/* Ends a batch: one sync of mqueue/, then the names in drop/ are removed.  On false (with why) they
   stay, and the next call tries again. */
bool pickup_settle(struct queue *q, struct diagnosis *why);
#endif
