/* The end of a session: what was done to messages is done to the mailbox. */
#ifndef MAIL_QUIT_H
#define MAIL_QUIT_H
#include "mail/session/session.h"

/* Writes the open mailbox back.  False with a message when that failed; the mailbox is then as it
   was, but for messages that may be in mbox too. */
bool quit_folder(struct session *s);
#endif
