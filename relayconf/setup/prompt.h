/* Questions to a person at a terminal. */
#ifndef SETUP_PROMPT_H
#define SETUP_PROMPT_H
#include "base/mem.h"
#include <stdbool.h>

/* True when there is somebody to ask: standard input and output are terminals. */
bool ask_possible(void);

/* Asks for a line; an empty answer means preset (NULL: it is asked again).  A copy, without blanks
   at its ends; NULL at the end of input.  Free it. */
char *ask_line(const char *question, const char *preset);

/* "[Y/n]" or "[y/N]": true for yes. */
bool ask_yes(const char *question, bool preset);

/* Asks for a password on the terminal, which does not show it.  False at the end of input, or when
   there is no terminal.  Wipe it. */
bool ask_password(const char *question, struct buffer *password);
#endif
