/* Text for a terminal. */
#ifndef MAIL_SCREEN_H
#define MAIL_SCREEN_H
#include "base/mem.h"

/* Appends UTF-8 so that a terminal shows it and obeys nothing in it: LF and tab stay; other control
   characters become "^X"; C1 controls, changes of direction and bytes that are not UTF-8 become
   U+FFFD; CR before LF is left out. */
void screen_clean(struct buffer *out, const char *bytes, size_t length);

/* Appends one line of exactly (pad) or at most width columns: what is too long is cut between
 * characters.  Lines breaks become blanks. */
void screen_fit(struct buffer *out, const char *text, int width, int pad);

/* Lines and columns of the terminal on standard output; 24 and 80 when there is none. */
void screen_size(int *lines, int *columns);
#endif
