/* Replies that end the session, whatever was asked: the server closes, has had enough, or is out of
   step; for the files of the session only. */
#ifndef SMTP_ENDINGS_H
#define SMTP_ENDINGS_H
#include "relay/smtp/smtp_session.h"

/* True when the reply at hand ended it, with all that is in flight. */
bool endings_take(struct session *s);
#endif
