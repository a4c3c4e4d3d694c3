/* Locks.  The lock file first: who waits for it holds nothing else.  Where the folder is not ours
   to write in (mail runs without privileges), the kernel's locks are used alone, as in the other
   mail programs there. */
#include "mail/mailbox/mailbox_lock.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/dotlock.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

bool mailbox_lock_take(struct mailbox_lock *l, int fd, const char *path, long long wait_ms)
{
	char dot[sizeof l->dot];
	bool possible = (size_t)snprintf(dot, sizeof dot, "%s.lock", path) < sizeof dot;
	int64_t end = clock_mono_ms() + wait_ms;
	*l = (struct mailbox_lock){.fd = fd};
	for (;;) {
		enum dotlock d = possible ? dotlock_take(AT_FDCWD, dot) : DOTLOCK_CLOSED;
		bool dotted = d == DOTLOCK_TAKEN || d == DOTLOCK_OURS;
		if (d != DOTLOCK_BUSY && compat_lock_file(fd)) {
			text_copy(l->dot, sizeof l->dot, dotted ? dot : "");
			return true;
		}
		int why = d == DOTLOCK_BUSY ? EAGAIN : errno;
		if (dotted)
			unlink(dot);
		if (why != EAGAIN || clock_mono_ms() >= end) {
			errno = why;
			return false;
		}
		poll(NULL, 0, 100);
	}
}

void mailbox_lock_release(struct mailbox_lock *l)
{
	compat_unlock_file(l->fd);
	if (l->dot[0] != '\0')
		unlink(l->dot);
	l->dot[0] = '\0';
}
