/* Who runs, and how to wake him: runner.lock and the FIFO trigger. */
#ifndef SPOOL_LOCK_H
#define SPOOL_LOCK_H
#include "base/diag.h"
#include <stdbool.h>

enum kick { KICK_DONE, KICK_NOBODY, KICK_FAILED };

/* Wakes the runner: one byte into trigger.  KICK_NOBODY: no runner lives.  Never blocks. */
enum kick lock_kick(const char *spool);

/* The same in two steps, for those who cannot open anything later: the trigger's descriptor, or -1 and why in *state; SIGPIPE must be ignored. */
int lock_reach(const char *spool, enum kick *state);
enum kick lock_kick_through(int fd);

/* Opens trigger for reading (and keeps a writer open, so that reads never see an end); -1 with errno.  Made if it is missing and may be made. */
int lock_trigger(const char *spool);

/* Empties the trigger; true if there was something in it. */
bool lock_drain(int trigger_fd);

/* Takes runner.lock in mqueue/ (mode 0640: mailq may ask whether it is held): its descriptor (held for life), or -1 with errno EWOULDBLOCK when a runner holds it. */
int lock_take(int mqueue_fd);
#endif
