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
