/* trigger: a FIFO in the spool; a byte in it wakes the runner. */
#ifndef SPOOL_TRIGGER_H
#define SPOOL_TRIGGER_H
#include <stdbool.h>
#include <stddef.h>

enum wake { WAKE_DONE, WAKE_NOBODY, WAKE_FAILED };

/* Writes one byte.  WAKE_NOBODY: no runner is running, and the next one scans drop/ after its
   start.  Never blocks.  SIGPIPE must be ignored. */
enum wake trigger_wake(const char *spool);

/* "SPOOL/trigger" */
void trigger_path(char *path, size_t size, const char *spool);

/* Opens it for reading (and keeps a writer open, so that reads never see an end); -1 with errno.
   Creates it if it is missing.  ESPIPE: what is there is no FIFO. */
int trigger_open(const char *spool);

/* Empties it; true if there was something in it. */
bool trigger_drain(int fd);
#endif
