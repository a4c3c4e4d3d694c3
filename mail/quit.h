/* The end of a session: what was done to messages is done to the mailbox. */
#ifndef MAIL_QUIT_H
#define MAIL_QUIT_H
#include "mail/session.h"

enum quit_fate { FATE_STAYS, FATE_GOES, FATE_TO_MBOX };

/* Pure: what becomes of a message.  system: it lies in the system mailbox. */
enum quit_fate quit_fate(unsigned flags, bool system, bool hold, bool keepsave);

/* Writes the open mailbox back.  False with a message when that failed; the mailbox is then as it was, but for messages that may stand in
   mbox too. */
bool quit_folder(struct session *s);
#endif
