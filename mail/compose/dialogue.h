/* Typing a letter in. */
#ifndef MAIL_DIALOGUE_H
#define MAIL_DIALOGUE_H
#include "mail/compose/letter.h"
#include "mail/session/session.h"

enum dialogue_result {
	DIALOGUE_SEND,
	DIALOGUE_DROPPED, /* given up by the user; kept in dead.letter where that was wanted */
	DIALOGUE_FAILED   /* standard input cannot be read */
};

/* Asks for what the variables say, and reads the text to its end, with tilde escapes when somebody
 * types.  A hangup ends the program. */
enum dialogue_result dialogue_run(struct session *s, struct letter *l);
#endif
