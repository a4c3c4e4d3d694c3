/* The rights of the runner, whoever started it. */
#ifndef RUNNER_SERVICE_PRIVS_H
#define RUNNER_SERVICE_PRIVS_H
#include <stdbool.h>

/* True when the set-user-id bit lends an ordinary user's process root's right to start (by
   submission, without a resident runner): nothing that the caller says may count then.  Ask before
   privs_take. */
bool privs_are_lent(void);

/* Makes real, effective and saved user and group those of mqueue/'s owner.  From root, lent or not,
   after the starter was forked (runner/service/starter.h), which is left to do what needs root; not
   in a private spool.  Lent: a session and an environment of its own, standard descriptors on
   /dev/null, limits as high as they are needed.  Returns a sysexits code, said and logged when it
   is not EX_OK. */
int privs_take(const char *spool, bool in_foreground);

/* Says "what: errno" on standard error and in the log; returns code. */
int privs_fail(int code, const char *what);
#endif
