/* What sessions are waiting for (spool/waits.h), in words. */
#ifndef MAILQ_WAITING_H
#define MAILQ_WAITING_H
#include "mailq/list.h"

/* Adds what the session with the message of r has been waiting for, when it has for some
   seconds. */
void waiting_put_own(const struct listing *l, const struct row *r, struct text *t);

/* Adds why a message was not tried: sessions on its way that wait themselves.  False, with nothing
 * added: there are none. */
bool waiting_put_others(const struct listing *l, const struct row *r, const struct row_rcpt *rcpt,
    struct text *t);
#endif
