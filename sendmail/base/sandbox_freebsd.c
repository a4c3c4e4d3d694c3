/* FreeBSD: capability mode.  Opening by path and connect(2) end there. */
#include "base/sandbox.h"
#include <errno.h>
#include <sys/capsicum.h>

enum sandbox_result sandbox_session(void)
{
	if (cap_enter() == 0)
		return SANDBOX_DONE;
	return errno == ENOSYS ? SANDBOX_NONE : SANDBOX_FAILED;
}

/* Capability mode would also end the ways out that a submission may still need: the runner's socket, and the trigger. */
enum sandbox_result sandbox_submit(int drop_fd, bool may_read)
{
	(void)drop_fd, (void)may_read;
	return SANDBOX_NONE;
}
