/* What was delivered to a mailbox lately, beside it: mail that comes again, because a session was
   killed before it could note the delivery, is not put there twice.  A line for each delivery, "ID
   TAB RECIPIENT TAB PLACE", written before the message is; what did not come to its end is taken
   out again by whoever comes next.  Deliveries of one user may be under way beside each other: the
   record is locked for each of the functions, and never in between.  Some 40 deliveries are
   remembered, far more than sessions can have in hand.  Not synced: a power cut may lose lines, as
   it may lose what the session noted (firsthop-spool(5)). */
#ifndef MAILBOX_DONE_H
#define MAILBOX_DONE_H
#include "base/mem.h"
#include <stdbool.h>

struct done {
	int fd; /* -1: there is no record here, and none of the functions below does anything */
	struct buffer lines;
};

/* Opens or makes the record of that name in a folder, and reads it.  A name that is not a plain
   file of our own is none. False with errno EAGAIN: somebody keeps it locked, as with the two
   functions that change it. */
bool done_open(struct done *d, int folder, const char *name);
void done_close(struct done *d);

/* The place of a delivery, as the record was at done_open; NULL when it is not in it.  key: "ID TAB
 * RECIPIENT". Free it. */
char *done_find(const struct done *d, const char *key);

/* Adds a delivery.  False with errno. */
bool done_add(struct done *d, const char *key, const char *place);

/* The delivery to that place did not come to its end: it counts no more.  last_only: places have
   been used before, so it is the last one of the record or none.  False with errno: it may count
   still. */
bool done_undo(struct done *d, const char *place, bool last_only);
#endif
