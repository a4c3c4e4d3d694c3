/* Putting messages of the open mailbox into files. */
#ifndef MAIL_STORE_H
#define MAIL_STORE_H
#include "mail/command/lists.h"
#include "mail/format/render.h"
#include "mail/session.h"

/* Appends a message in mbox form.  fields (NULL = all) says which of its header fields are kept;
 * status adds a Status field. */
void store_put(struct folder *f, int place, const struct render_fields *fields, bool status,
    struct buffer *out);

/* Appends messages to a file or maildir, all or none; false with errno. */
bool store_messages(struct session *s, const char *path, const struct message_list *list,
    const struct render_fields *fields, size_t *bytes);
#endif
