/* Other programs that mail(1) starts for its user: pager, editor, shell. */
#ifndef MAIL_SUBPROCESS_H
#define MAIL_SUBPROCESS_H
#include "base/mem.h"
#include "mail/session/vars.h"

/* Runs a command with the shell and waits.  input: what it reads, NULL = our own standard input;
   output: gets what it writes, NULL = our standard output.  Its exit status, 128 and more for a
   signal, -1 with errno when it cannot be started. */
int subprocess_run(const struct vars *vars, const char *command, const struct buffer *input,
    struct buffer *output);

/* Lets the user change the text with the editor of a variable, EDITOR or VISUAL.  False, with the
 * text as it was, when that failed. */
bool subprocess_edit(const struct vars *vars, const char *variable, struct buffer *text);

/* A word in quotes for the shell; appended. */
void subprocess_quote(struct buffer *out, const char *word);

/* Shows UTF-8 text on standard output, in the charset of the terminal: the variable ttycharset, or
 * else that of the locale. */
bool subprocess_show(const struct vars *vars, const struct buffer *text);

/* The same, through PAGER if it is longer than the screen (or the variable crt says), at once
 * otherwise. */
void subprocess_page(const struct vars *vars, const struct buffer *text);
#endif
