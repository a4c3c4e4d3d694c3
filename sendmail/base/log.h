/* Messages for the log: syslog facility mail, or standard error in the foreground, or both.
   Control bytes are escaped; errno is kept. */
#ifndef BASE_LOG_H
#define BASE_LOG_H
#include <syslog.h>

enum log_to { LOG_TO_SYSLOG = 1, LOG_TO_STDERR = 2 };

/* tag: name in front of each line, not copied.  to: LOG_TO_ values, or-ed. */
void log_start(const char *tag, int to);

/* For a child that rearranges its descriptors: the log's own is closed before that (or it would be used, and closed, as what took its
   place), and opened anew behind those that are kept. */
void log_close(void);
void log_again(void);

/* priority: LOG_DEBUG ... LOG_CRIT of syslog.h.  Debug lines are dropped unless log_debug(1) was called. */
void log_line(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_debug(int on);
#endif
