/* The socket of the log daemon.  A line goes there as syslog(3) sends it, "<PRIORITY>Mmm dd
   hh:mm:ss TAG[PID]: TEXT", but nobody waits for a daemon that does not read: what it has no room
   for is kept for a while, and then dropped and counted. */
#ifndef BASE_LOG_SOCKET_H
#define BASE_LOG_SOCKET_H
#include "base/log.h"

/* Connects.  tag is not copied.  keep: lines are kept, up to a megabyte, until the daemon reads
   again (log_socket_flush); otherwise this process waits for all of its lines together at most 50
   ms. */
void log_socket_open(const char *tag, bool keep);
void log_socket_close(void);

/* Sends a line of text (facility mail) under TAG, or TAG/COMPONENT ("" = none).  Nobody at the
   socket: it is dropped, and not counted. */
void log_socket_put(int priority, const char *component, const char *line);

/* Sends what is kept, as far as it goes at once. */
void log_socket_flush(void);

/* Lines that were dropped since the last call, once the daemon reads again; 0 before. */
unsigned long long log_socket_take_lost(void);

/* What the daemon has not read. */
void log_socket_backlog(struct log_backlog *b);
#endif
