/* USER.lock beside a mailbox, as the mail programs of the system take it. */
#ifndef MBOX_DOTLOCK_H
#define MBOX_DOTLOCK_H

enum dotlock {
	DOTLOCK_TAKEN,
	DOTLOCK_CLOSED, /* the folder is not ours to write in: the kernel's locks have to do */
	DOTLOCK_BUSY,   /* somebody holds it; waited for, for 5 s */
	DOTLOCK_FAILED  /* errno */
};

/* It holds "PROCESS HOST".  One of this machine whose process is gone was left by a killed one, and is taken away at once; any other, 10 minutes
   after it was last touched. */
enum dotlock dotlock_take(int folder, const char *name);
#endif
