/* Envelopes of messages whose files mailq may not read: it may list the queue, and the text is in
 * the same file.  The runner has them. */
#ifndef MAILQ_ENVELOPES_H
#define MAILQ_ENVELOPES_H
#include "mailq/row.h"

/* A connection to the runner that is made when it is needed. */
struct envelopes {
	int fd; /* -1: none yet */
	bool failed;
	struct buffer in;
};

/* Fills those of the rows that are marked unread, which are unmarked then.  Without a runner they
   stay as they are: what the journals and the folder say is known all the same. */
void envelopes_ask(struct envelopes *a, struct row *rows, int count, bool of_dead,
    struct row_store *store);
void envelopes_end(struct envelopes *a);

/* A line of fields (message/envelope.h) into a row. */
void envelopes_take(struct row *r, struct row_store *store, const char *line);
#endif
