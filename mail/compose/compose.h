/* From a letter to a message. */
#ifndef MAIL_COMPOSE_H
#define MAIL_COMPOSE_H
#include "mail/compose/letter.h"

/* Looks whether the attachments can be read, before somebody types a text in vain.  False with a
 * message on standard error. */
bool compose_can_attach(const struct letter *l);

/* Appends the whole message.  False with a message on standard error when an attachment cannot be
 * read. */
bool compose_message(const struct letter *l, struct buffer *out);
#endif
