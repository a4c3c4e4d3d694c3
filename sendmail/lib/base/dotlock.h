/* USER.lock beside a mailbox, as the mail programs of the system use it. */
#ifndef BASE_DOTLOCK_H
#define BASE_DOTLOCK_H

enum dotlock {
	DOTLOCK_TAKEN,
	DOTLOCK_OURS,   /* this process holds it: it could not be removed the last time */
	DOTLOCK_CLOSED, /* no right to write in the folder, or a user has this name: the kernel's locks
	                   have to do */
	DOTLOCK_BUSY,   /* somebody holds it: try again later */
	DOTLOCK_FAILED  /* errno */
};

/* Makes the lock file name (or a path) in folder, once, without waiting; the caller removes it
   (unlinkat).  It holds "PROCESS HOST".  One of this machine whose process is gone was left by a
   killed one, and is removed at once; any other, 10 minutes after it was last touched.  What is not
   like a lock file (short, a number or nothing in it, of this user or of root) is never removed. */
enum dotlock dotlock_take(int folder, const char *name);
#endif
