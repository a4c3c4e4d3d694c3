/* The kinds of faults that failpoint.so and the tracer can make, by their names on a command
   line. */
#ifndef FAKE_FAULT_H
#define FAKE_FAULT_H

/* "kill torn short ENOSPC EDQUOT EIO EMFILE ENFILE EINTR ENOBUFS meanwhile": what happens
   (failpoint.h), and the kinds of calls at which that makes sense, a bit for each enum
   failpoint_call; 0: there is no such name. */
int fault_find(const char *name, unsigned *kinds);

/* The name of an enum failpoint_call. */
const char *fault_call(int call);
#endif
