/* Who runs, and how to wake him: runner.lock and the FIFO trigger. */
#ifndef SPOOL_LOCK_H
#define SPOOL_LOCK_H
#include "diagnosis/diag.h"
#include <stdbool.h>
#include <stddef.h>

enum kick { KICK_DONE, KICK_NOBODY, KICK_FAILED };

/* Wakes the runner: one byte into trigger.  KICK_NOBODY: no runner lives, and the next one that
   starts will look into drop/ after this. Never blocks.  SIGPIPE must be ignored. */
enum kick lock_kick(const char *spool);

/* "SPOOL/trigger" */
void lock_trigger_path(char *path, size_t size, const char *spool);

/* Opens trigger for reading (and keeps a writer open, so that reads never see an end); -1 with
   errno.  Made if it is missing and may be made. ESPIPE: what is there is no FIFO. */
int lock_trigger(const char *spool);

/* Empties the trigger; true if there was something in it. */
bool lock_drain(int trigger_fd);

/* Takes runner.lock in mqueue/ (mode 0640: mailq may ask whether it is held): its descriptor (held
 * for life), or -1 with errno EWOULDBLOCK when a runner holds it. */
int lock_take(int mqueue_fd);
#endif
