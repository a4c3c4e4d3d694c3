/* Runs a program and makes one of its system calls fail, seen from the kernel's side (ptrace):
   every call counts, those of libc and of the dynamic linker, too, and the program's own
   confinement stays as it is. */
#ifndef FAKE_TRACER_H
#define FAKE_TRACER_H
#include "tests/fake/failpoint.h"
#include <stdbool.h>
#include <sys/types.h>

/* False where this machine's calls are not known to it. */
bool tracer_works(void);

/* To be called in a child that is not traced yet, before exec. */
void tracer_invite(void);

/* Follows the child pid and all that come of it; counts, and fails, the calls of programs named
   name as *point says (failpoint.h; not FAILPOINT_TORN; at FAILPOINT_MEANWHILE the program stands
   still while the shell runs $FAILCALL_DO).  Ends when the child does; what it left behind runs on,
   untraced.  Returns its status as of waitpid(2); -1: it hung for longer than patience_s and was
   killed. */
int tracer_follow(pid_t pid, const char *name, struct failpoint *point, int patience_s);
#endif
