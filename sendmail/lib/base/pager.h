/* Long output on a terminal goes through a pager, as git's does: the command in FIRSTHOP_PAGER, or
   in PAGER, or less(1); none when that is empty or "cat", when there is no such program, and when
   standard output is no terminal. */
#ifndef BASE_PAGER_H
#define BASE_PAGER_H

/* From here on standard output goes to the pager, with the width and colours of the terminal.  When
   the process ends it waits until the pager has ended.  The pager has the rights of the caller
   alone. */
void pager_begin(void);

/* Waits for it now: nothing is written to standard output any more.  Without a pager nothing
   happens. */
void pager_end(void);
#endif
