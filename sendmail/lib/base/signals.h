/* Signals that come in only while a process waits. */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H
#include <signal.h>
#include <stddef.h>

/* handler for each of caught, which are held back but while ppoll(2) waits with *while_waiting:
   between the look at a flag and the sleep none can be missed.  ignored are ignored.  Both lists
   end with 0. */
void signals_only_while_waiting(void (*handler)(int), const int *caught, const int *ignored,
    sigset_t *while_waiting);
#endif
