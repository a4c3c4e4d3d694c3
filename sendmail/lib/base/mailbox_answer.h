/* What the program mailbox says to mbox at its end, in one line.  Whether the message was delivered
   is its exit status: words may be lost. */
#ifndef BASE_MAILBOX_ANSWER_H
#define BASE_MAILBOX_ANSWER_H
#include "base/protocol.h"
#include <stdbool.h>

/* forward: nothing was delivered, the user's .forward names others; own: and a copy for themselves.
   The words are what of the file could not be used, or nothing. */
enum mailbox_verb { MAILBOX_DELIVERED, MAILBOX_FORWARD, MAILBOX_FAILED };
extern const struct protocol mailbox_answered;

struct mailbox_answer {
	enum mailbox_verb verb;
	bool own;          /* of forward */
	char key[40];      /* of failed: a reason of the catalogue */
	const char *words; /* for people; after parsing, in the line */
};

/* Adds the line; control characters in the words become '?'. */
void mailbox_answer_put(struct buffer *out, const struct mailbox_answer *a);

/* Understands one, without its LF; false when it is none. */
bool mailbox_answer_parse(struct mailbox_answer *a, const char *line);
#endif
