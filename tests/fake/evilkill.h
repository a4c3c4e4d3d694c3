/* What a process that was taken over can try against the others of firsthop, as the user that it
   is. */
#ifndef FAKE_EVILKILL_H
#define FAKE_EVILKILL_H
#include <sys/types.h>

/* Each way that a kernel knows to end, stop, slow, look into or rob another process, and to have it
   signalled for one of our descriptors.  A line "evil: ok|not ok - WHAT" for each in *results. */
void evilkill(pid_t other, int results);
#endif
