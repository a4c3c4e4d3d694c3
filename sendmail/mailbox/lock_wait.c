/* Patience with a lock. */
#include "mailbox/lock_wait.h"
#include "base/compat.h"
#include <time.h>

#define LOCK_TRIES 100
#define PAUSE_NS 30000000u /* up to twice that: 5 s on the whole */

bool lock_wait(int tries)
{
	/* Not in step: sessions beside this one wait for the same mailbox, and hold it for some
	 * milliseconds each. */
	const struct timespec pause = {.tv_nsec = (long)(PAUSE_NS + compat_random() % PAUSE_NS)};
	if (tries >= LOCK_TRIES)
		return false;
	nanosleep(&pause, NULL);
	return true;
}
