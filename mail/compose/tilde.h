/* Tilde escapes: commands in the text of a letter that somebody types. */
#ifndef MAIL_TILDE_H
#define MAIL_TILDE_H
#include "mail/compose/letter.h"
#include "mail/session/session.h"

enum tilde_result { TILDE_DONE, TILDE_END, TILDE_QUIT, TILDE_EXIT };

/* line: what follows the escape character. */
enum tilde_result tilde_run(struct session *s, struct letter *l, const char *line);
#endif
