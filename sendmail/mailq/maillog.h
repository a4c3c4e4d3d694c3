/* The mail log, wherever the system keeps it: /var/log/mail.log or maillog with the rotated files
   beside it, compressed or not, in the order of time; without any of them journald. */
#ifndef MAILQ_MAILLOG_H
#define MAILQ_MAILLOG_H
#include "spool/id.h"
#include <stdbool.h>
#include <stdint.h>

/* One line of ours that is about a message. */
struct maillog_line {
	int64_t when_s; /* wall time; 0: the line has none that is understood */
	char id[ID_SIZE];
	const char *text; /* after the identifier: fields (base/fields.h) or words */
};

/* Reads them all, oldest first; file: only this one (NULL: those of the system), "-" is standard
   input.  Files older than from_s are passed over (0: none is).  Gives up the rights of the group
   before the first is opened: a log is read with the caller's own.  Returns the number of places
   that were read; 0: there is none that can be, and why is said on standard error. */
int maillog_each(const char *file, int64_t from_s,
    void (*each)(void *context, const struct maillog_line *line), void *context);
#endif
