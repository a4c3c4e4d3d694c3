/* Handing a letter to sendmail. */
#ifndef MAIL_SEND_H
#define MAIL_SEND_H
#include "mail/compose/letter.h"
#include "mail/session/session.h"

/* Expands aliases, keeps the record, runs sendmail and waits for it.  The result is sendmail's exit
   status, or one of sysexits.h with a message on standard error; what was not sent is then in
   dead.letter. */
int send_letter(struct session *s, struct letter *l);

/* Appends to dead.letter, unless the variable save is unset, and says so unless quiet. */
void send_keep(struct session *s, const struct buffer *bytes, bool quiet);
#endif
