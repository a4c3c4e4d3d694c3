/* What was delivered to a mailbox lately, beside it: mail that comes again, because a session was
   killed before it could note the delivery, is not put there twice.  A line for each delivery, "ID
   TAB RECIPIENT TAB PLACE", written before the message is; what did not come to its end is taken
   out again by whoever comes next.  Some 40 deliveries are remembered, far more than sessions can
   have in hand.  Not synced: a power cut may lose lines, as it may lose what the session noted
   (firsthop-spool(5)). */
#ifndef MAILBOX_DONE_H
#define MAILBOX_DONE_H
#include "base/mem.h"
#include <stdbool.h>

struct done {
	int fd; /* -1: there is no record here, and none of the functions below does anything */
	struct buffer lines;
};

/* Opens or makes the record of that name in a folder.  A name that is not a plain file of our own
 * is none. */
void done_open(struct done *d, int folder, const char *name);
void done_close(struct done *d);

/* The place of a delivery; NULL when it is not in the record.  key: "ID TAB RECIPIENT". Free it. */
char *done_find(const struct done *d, const char *key);

/* Adds a delivery.  False with errno. */
bool done_add(struct done *d, const char *key, const char *place);

/* Takes the last delivery out if it is to that place: it did not come to its end.  False with
 * errno. */
bool done_undo(struct done *d, const char *place);
#endif
