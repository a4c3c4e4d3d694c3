/* A line of the log as one JSON object (RFC 8259), for log.c. */
#ifndef BASE_LOG_JSON_H
#define BASE_LOG_JSON_H
#include "base/mem.h"

/* syslog(3) of FreeBSD cuts a line at 2048 bytes, with its own head before it, and half an object
 * is none. */
#define LOG_JSON_MAX_BYTES 1900

/* Fills out, which is empty, with {"time", "level", "ident", "pid", "id", "event", the pairs of
   fields in their order, "message"} on one line of at most LOG_JSON_MAX_BYTES.  event, fields,
   words: NULL or "" = none.  id: from the first word of fields or words, if that is a message's.
   What is too long is cut, and ends in "...". */
void log_json_put(struct buffer *out, int priority, const char *ident, const char *event,
    const char *fields, const char *words);
#endif
