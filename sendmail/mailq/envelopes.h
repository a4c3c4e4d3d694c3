/* Envelopes of messages whose files mailq may not read: it may list the queue, and the text stands
 * in the same file.  The runner tells them. */
#ifndef MAILQ_ENVELOPES_H
#define MAILQ_ENVELOPES_H
#include "mailq/list.h"

/* Fills the rows that are marked unread, which are unmarked then.  Without a runner they stay as
   they are: what the journals and the folder tell is known all the same. */
void envelopes_ask(struct listing *l);

/* Takes what a line of fields (message/envelope.h) tells into a row: all but its recipients. */
void envelopes_take(struct row *r, const char *line);
#endif
