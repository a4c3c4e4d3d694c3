/* What a set-group-id program does before it looks at anything that its caller gave it. */
#ifndef SUBMIT_STARTUP_H
#define SUBMIT_STARTUP_H
#include "spool/drop.h"
#include <stdbool.h>

/* Facts about the caller, taken before the environment is cut down. */
struct caller {
	char login[64];
	char fullname[256];
	char program[64];
	bool set_id; /* this process has more rights than its caller */
};

/* Opens descriptors 0 to 2 if they are closed, closes all others, sets umask and limits, ignores
   PIPE and XFSZ, reads login, full name and NAME, and (when set-id) clears the environment but for
   TZ. */
void startup_process(struct caller *c);

/* From now on HUP, INT and TERM remove the unfinished file of d and leave with 74; once it is
   stored they leave with 0, so that the caller does not send it again. */
void startup_signals(struct drop *d);
void startup_signals_stored(void);

/* Puts the set-group-id right aside, and takes it back; give_up is for good, before another program
 * is started. */
void startup_group_aside(void);
bool startup_group_back(void);
void startup_group_give_up(void);
#endif
