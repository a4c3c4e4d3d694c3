/* A local socket that others find by its name.  The name may vanish under a running process (a
   cleaned /run, a restored folder), so the file is remembered, and made again when it is not there
   any more. */
#ifndef RUNNER_LISTEN_LISTENER_H
#define RUNNER_LISTEN_LISTENER_H
#include <stdbool.h>
#include <sys/stat.h>

struct listener {
	int fd;           /* -1: it could not be made */
	struct stat file; /* its name, as it was made */
};

/* Makes the socket, open to everyone (the kernel names who calls), in place of an old one: callers
   meet one at every moment.  False with errno; fd is -1 then. */
bool listener_open(struct listener *l, const char *path, int waiting_max);

/* Makes it again if its name leads elsewhere or nowhere.  True: it was made again.  False: it is
   there, or (errno not 0) it cannot be made. */
bool listener_look(struct listener *l, const char *path, int waiting_max);

/* Removes the name and closes the socket. */
void listener_close(struct listener *l, const char *path);
#endif
