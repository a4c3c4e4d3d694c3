/* One line of a mail log. */
#ifndef MAILQ_MAILLOG_LINE_H
#define MAILQ_MAILLOG_LINE_H
#include "base/mem.h"
#include "mailq/maillog.h"

/* True for a line that firsthop wrote about a message: as syslogd writes it (RFC 3164 with the
   year left to be guessed, ISO 8601, RFC 5424) or journalctl -o short-iso; text or JSON.  *one
   points into line, or into fields, which is used again. */
bool maillog_line_read(char *line, struct buffer *fields, struct maillog_line *one);
#endif
