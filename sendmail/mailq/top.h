/* mailq top: the summary, again and again. */
#ifndef MAILQ_TOP_H
#define MAILQ_TOP_H

/* On a terminal until q is pressed, or so many times (0: for ever); the space bar looks at once.
   Without a terminal times counts, and 0 is once.  A sysexits code. */
int top_run(int every_s, int times);
#endif
