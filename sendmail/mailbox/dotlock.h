/* USER.lock beside a mailbox, as the mail programs of the system take it. */
#ifndef MAILBOX_DOTLOCK_H
#define MAILBOX_DOTLOCK_H

enum dotlock {
	DOTLOCK_TAKEN,
	DOTLOCK_CLOSED, /* the folder is not ours to write in, or a user has this name: the kernel's
	                   locks have to do */
	DOTLOCK_BUSY,   /* somebody holds it; waited for, for 5 s */
	DOTLOCK_FAILED  /* errno */
};

/* It holds "PROCESS HOST".  One of this machine whose process is gone was left by a killed one, and
   is taken away at once; any other, 10 minutes after it was last touched.  What is not like a lock
   file (short, a number or nothing in it, of this user or of root) is never taken away. */
enum dotlock dotlock_take(int folder, const char *name);
#endif
