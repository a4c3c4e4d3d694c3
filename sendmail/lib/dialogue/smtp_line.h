/* The grammar of SMTP commands (RFC 5321 4.1.1, RFC 3461): a line in, its parts out.  Nothing is
 * read or decided here. */
#ifndef DIALOGUE_SMTP_LINE_H
#define DIALOGUE_SMTP_LINE_H
#include "base/mem.h"
#include <stdbool.h>
#include <stddef.h>

enum smtp_verb {
	SMTP_NONE,
	SMTP_EHLO,
	SMTP_HELO,
	SMTP_LHLO,
	SMTP_MAIL,
	SMTP_RCPT,
	SMTP_DATA,
	SMTP_RSET,
	SMTP_NOOP,
	SMTP_VRFY,
	SMTP_HELP,
	SMTP_QUIT,
	SMTP_ELSEWHERE /* known to SMTP, without meaning here: STARTTLS, AUTH, EXPN, ETRN, TURN, BDAT */
};

/* Cuts the verb off a line without its end; *rest is what follows it, outer blanks
   removed. */
enum smtp_verb smtp_line_verb(char *line, char **rest);

/* Reads "FROM:<address> parameters" (word "FROM" or "TO"; a name may be before the brackets, and
   is passed over; they may be missing).  The line is cut up.  Returns the path as it is written,
   with its brackets, or NULL when the line has not this form. */
char *smtp_line_path(char *rest, const char *word, char **parameters);

/* The address of a path, "" for the null path where that may be; NULL when there is none.  *what:
 * what was repaired, or why there is none.  Free it. */
char *smtp_line_address(const char *path, bool may_be_null, const char **what);

/* Adds a sentence on what was repaired, if anything. */
void smtp_line_note(struct buffer *said, const char *who, const char *path, const char *what);

/* The next "NAME=value" or "NAME" of a list; false at its end.  value is "" where there is none. */
bool smtp_line_parameter(char **parameters, char **name, char **value);
#endif
