/* Attachments: what type a file is of, and its part of a message. */
#ifndef MAIL_ATTACH_H
#define MAIL_ATTACH_H
#include "base/mem.h"
#include "mail/compose/letter.h"

/* Appends a whole part for a file: fields with type and name (RFC 2231 where it is not plain), and
   its bytes, so that they come out at the other end as they are.  wish: what is wanted otherwise;
   alternative: it is one of several forms of the text. */
void attach_put(struct buffer *out, const char *path, const char *bytes, size_t length);
void attach_put_as(struct buffer *out, const char *path, const char *bytes, size_t length,
    const struct letter_wish *wish, bool alternative);
#endif
