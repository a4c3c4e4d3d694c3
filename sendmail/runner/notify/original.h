/* The message that a report is about: its header, its subject, and what of it goes back. */
#ifndef RUNNER_NOTIFY_ORIGINAL_H
#define RUNNER_NOTIFY_ORIGINAL_H
#include "runner/attempt/message.h"

/* Its header (RFC 5322), at most 64 KiB of it, added to out; nothing when it has none, or cannot be
   read. */
void original_header(const struct message *m, struct buffer *out);

/* The subject in such a header, as its reader sees it; "" when there is none. */
void original_subject(const struct buffer *header, struct text *subject);

/* The part of the report that gives the message back, whole unless it is long, its sender wanted
   the header only (RFC 3461 4.3), or header_only. */
void original_put(const struct message *m, bool header_only, const struct buffer *header,
    const char *border, struct buffer *out);
#endif
