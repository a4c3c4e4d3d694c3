/* One message of mqueue/ as a row. */
#ifndef MAILQ_MESSAGE_ROW_H
#define MAILQ_MESSAGE_ROW_H
#include "mailq/names.h"
#include "mailq/row.h"
#include "spool/heads.h"

struct message_reader {
	struct queue queue;
	struct names_found names;
	bool of_dead, runner_lives;
	struct buffer head;   /* of the message that is being read */
	struct heads heads;   /* the runner's copies of those that wait; fd -1: they are not used */
	struct names in_work; /* what a relay has in hand, while heads are used */
};

/* Once names are known, before anything is read: looks for the runner's copies. */
void message_row_prepare(struct message_reader *m);
void message_row_end(struct message_reader *m);

/* Reads file and journal.  False: it is not there any more.  One whose file is closed to us is
   marked unread (mailq/envelopes.h). */
bool message_row_read(struct message_reader *m, const char *id, struct row *r,
    struct row_store *store);
#endif
