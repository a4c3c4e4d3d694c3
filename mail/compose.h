/* From options and a body to a message. */
#ifndef MAIL_COMPOSE_H
#define MAIL_COMPOSE_H
#include "mail/options.h"

/* Looks whether the attachments can be read, before somebody types a text in vain.  False with a message on standard error. */
bool compose_can_attach(const struct options *o);

/* Appends the whole message.  False with a message on standard error when an attachment cannot be read. */
bool compose_message(const struct options *o, const char *body, size_t length, struct buffer *out);
#endif
