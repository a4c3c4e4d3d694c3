/* Locks of mailboxes, as the programs of the system take them: FILE.lock where the folder lets us,
 * and the kernel's locks. */
#ifndef MAIL_MAILBOX_LOCK_H
#define MAIL_MAILBOX_LOCK_H
#include <stdbool.h>

struct mailbox_lock {
	int fd;         /* of the mailbox; not closed here */
	char dot[1100]; /* name of the lock file, "" when there is none of ours */
};

/* Waits at most wait_ms for the mailbox, opened as fd.  False with errno: EAGAIN when another
 * program keeps it. */
bool mailbox_lock_take(struct mailbox_lock *l, int fd, const char *path, long long wait_ms);
void mailbox_lock_release(struct mailbox_lock *l);
#endif
