/* What the server answers to the commands of transactions; for the files of the session only. */
#ifndef SMTP_REPLIES_H
#define SMTP_REPLIES_H
#include "relay/smtp/smtp_session.h"

/* The whole reply at hand, while the session is ready: it belongs to the first of what is awaited.
 */
void replies_take(struct session *s);
#endif
