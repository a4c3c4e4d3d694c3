/* The grammar of SMTP commands (RFC 5321 4.1.1, RFC 3461): a line in, its parts out.  Nothing is read or decided here. */
#ifndef SUBMIT_SMTP_LINE_H
#define SUBMIT_SMTP_LINE_H
#include <stdbool.h>
#include <stddef.h>

enum smtp_verb {
	SMTP_NONE, SMTP_EHLO, SMTP_HELO, SMTP_MAIL, SMTP_RCPT, SMTP_DATA, SMTP_RSET, SMTP_NOOP, SMTP_VRFY, SMTP_HELP, SMTP_QUIT,
	SMTP_ELSEWHERE /* known to SMTP, without meaning here: STARTTLS, AUTH, EXPN, ETRN, TURN, BDAT */
};

/* Cuts the verb off a line without its end; *rest is what stands behind it, outer blanks removed. */
enum smtp_verb smtp_line_verb(char *line, char **rest);

/* Reads "FROM:<address> parameters" (word "FROM:" or "TO:"; brackets may be missing, an obsolete route goes).  The line is cut up.
   Returns the address, "" for the null path, or NULL when the line has not this form. */
char *smtp_line_path(char *rest, const char *word, char **parameters);

/* The next "NAME=value" or "NAME" of a list; false at its end.  value is "" where there is none. */
bool smtp_line_parameter(char **parameters, char **name, char **value);
#endif
