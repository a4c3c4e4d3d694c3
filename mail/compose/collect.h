/* Typing a letter in. */
#ifndef MAIL_COLLECT_H
#define MAIL_COLLECT_H
#include "mail/compose/letter.h"
#include "mail/session.h"

enum collect_result {
	COLLECT_SEND,
	COLLECT_DROPPED, /* given up by the user; kept in dead.letter where that was wanted */
	COLLECT_FAILED   /* standard input cannot be read */
};

/* Asks for what the variables say, and reads the text to its end, with tilde escapes when somebody
 * types.  A hangup ends the program. */
enum collect_result collect_letter(struct session *s, struct letter *l);

/* Asks for a line with a prompt; false when there is none. */
bool collect_ask(const char *prompt, struct buffer *answer);
#endif
