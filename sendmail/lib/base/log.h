/* Messages for the log: the log daemon (facility mail), or standard error in the foreground, or
   both. Control bytes are escaped; errno is kept.  A line is text, or one JSON object.  Nobody
   waits for a reader that does not read: lines that cannot be handed over are dropped and counted,
   and once it reads again a line says how many. */
#ifndef BASE_LOG_H
#define BASE_LOG_H
#include "base/mem.h"
#include <stdbool.h>
#include <stdint.h>
#include <syslog.h>

/* LOG_KEEPS: what the log daemon has no room for is kept, up to a megabyte, for log_flush: for a
 * process that stays. */
enum log_to { LOG_TO_SYSLOG = 1, LOG_TO_STDERR = 2, LOG_KEEPS = 4 };

/* What the log daemon has not read. */
struct log_backlog {
	unsigned long long lost; /* lines that were dropped, since the start */
	unsigned kept;           /* lines that are kept */
	int64_t since_ms;        /* monotonic: it has not read since; 0 = it reads */
};

/* tag: name before each line, not copied.  to: LOG_TO_ values, or-ed. */
void log_start(const char *tag, int to);

/* For a child that rearranges its descriptors: the log's own is closed before that (or it would be
   used, and closed, as what took its place), and opened anew after those that are kept. */
void log_close(void);
void log_again(void);

/* Hands over what is kept, as far as it goes at once; call it now and then while something is. */
void log_flush(void);
void log_backlog(struct log_backlog *b);

/* priority: LOG_INFO ... LOG_CRIT of syslog.h. */
void log_line(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A line of fields (base/fields.h, so control bytes are escaped in it already; words may be
   before them, a message's identifier first), and a sentence after them ("" = none).  event: what
   such lines are called in JSON, where each field is a member of the object. */
void log_fields(int priority, const char *event, struct buffer *fields, const char *words);

/* A line that other programs read as they read Postfix's: under the name TAG/component, as its
   daemons have names ("smtp", "pickup", "qmgr", "bounce", "local"); control bytes are escaped in
   text already.  As JSON: the fields, or nothing where there are none (NULL). */
void log_event(int priority, const char *component, const char *event, struct buffer *fields,
    const char *text);

/* [log] format: from now on lines are JSON objects, or text. */
void log_json(bool on);
#endif
