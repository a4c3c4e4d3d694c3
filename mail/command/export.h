/* Putting messages of the open mailbox into files. */
#ifndef MAIL_EXPORT_H
#define MAIL_EXPORT_H
#include "mail/session/msglist.h"
#include "mail/format/render.h"
#include "mail/session/session.h"

/* Appends a message in mbox form.  fields (NULL = all) says which of its header fields are kept;
 * status adds a Status field. */
void export_put(struct folder *f, int place, const struct render_fields *fields, bool status,
    struct buffer *out);

/* Appends messages to a file or maildir, all or none; false with errno. */
bool export_messages(struct session *s, const char *path, const struct msglist *list,
    const struct render_fields *fields, size_t *bytes);
#endif
