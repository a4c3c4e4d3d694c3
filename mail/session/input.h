/* Lines from standard input while somebody types.  Signals are blocked but while it waits, so that
   none is missed and none comes at a bad moment. */
#ifndef MAIL_INPUT_H
#define MAIL_INPUT_H
#include "base/mem.h"
#include <stdbool.h>

enum input_result { INPUT_LINE, INPUT_END, INPUT_SIGNAL, INPUT_ERROR };

/* From now on SIGINT, SIGHUP, SIGTERM and SIGQUIT are reported by input_line and input_interrupted.
   Those that the caller ignores stay ignored. */
void input_watch_signals(void);

/* Replaces line by the next line, without its LF.  INPUT_END: there is no more.  INPUT_SIGNAL:
 *number says which; what was typed of the line is dropped.  INPUT_ERROR: errno says. */
enum input_result input_line(struct buffer *line, int *number);

/* Asks for a line with a prompt; false when there is none. */
bool input_ask(const char *prompt, struct buffer *answer);

/* True, and it is forgotten, when the user has pressed the interrupt key. */
bool input_interrupted(void);

/* In a child before exec: the signals as the caller of this program had them. */
void input_child_signals(void);

/* Ends this process by the signal. */
_Noreturn void input_die(int number);

/* True when standard input is a terminal. */
bool input_is_terminal(void);
#endif
