/* Temporary answers of one server, in a row: the same one to several different messages says that
   the server accepts nothing now, whatever it is asked.  It rests then, as one that does not answer
   (runner/queue/nexthop.h).  An answer about one recipient (greylisting, a full mailbox) never
   counts.  A filter that fails with one message after the other counts in the same way.  Pure:
   nothing is read or written, and no time matters. */
#ifndef RUNNER_QUEUE_SAME_ANSWER_H
#define RUNNER_QUEUE_SAME_ANSWER_H
#include "diagnosis/diag.h"

#define SAME_ANSWER_MAX 5 /* so many are enough */

/* Zero-initialised: there was none. */
struct same_answer {
	enum stage stage;
	unsigned code;
	char status[16];
	enum reason_key key;
	uint64_t id;                     /* of the last message that got it */
	uint64_t asked[SAME_ANSWER_MAX]; /* what differed: message, sender or domain of the recipient */
	int count;
	uint32_t uid;    /* whose messages they were */
	bool of_several; /* of other users, too */
};

/* One outcome more, of a recipient of message id, which is the user's.  Anything but the same
   answer ends the row; the same one counts once for a message, to RCPT once for a domain, and to
   MAIL, when the sender is to blame, once for a sender.  True: there are enough of them. */
bool same_answer_note(struct same_answer *s, const struct diagnosis *d, uint64_t id, uint32_t uid,
    const char *sender, const char *rcpt);
#endif
