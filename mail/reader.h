/* Reading a mailbox: the prompt and its loop. */
#ifndef MAIL_READER_H
#define MAIL_READER_H
#include "mail/arguments.h"
#include "mail/session/session.h"

/* Opens the mailbox that the options name and runs commands to their end; the exit status. */
int reader_run(struct session *s, const struct arguments *o);
#endif
