/* FreeBSD: capability mode.  Opening by path, connect(2) and kill(2) of others end there; fork(2)
 * would not. */
#include "base/sandbox.h"
#include <errno.h>
#include <stddef.h>
#include <sys/capsicum.h>
#include <sys/procctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* The limit on processes does not hold for root, which no session is but in a private spool. */
enum sandbox_result sandbox_session(void)
{
	const struct rlimit none = {0, 0};
	if (setrlimit(RLIMIT_NPROC, &none) != 0)
		return SANDBOX_FAILED;
	if (cap_enter() == 0)
		return SANDBOX_DONE;
	return errno == ENOSYS ? SANDBOX_NONE : SANDBOX_FAILED;
}

bool sandbox_limit(int fd, enum sandbox_use use)
{
	cap_rights_t rights;
	cap_rights_init(&rights);
	if (use == SANDBOX_TALK)
		cap_rights_set(&rights, CAP_READ, CAP_WRITE, CAP_EVENT, CAP_SHUTDOWN, CAP_FCNTL, CAP_FSTAT);
	else if (use == SANDBOX_READ)
		cap_rights_set(&rights, CAP_PREAD, CAP_FSTAT, CAP_FCNTL);
	else if (use == SANDBOX_WRITE)
		cap_rights_set(&rights, CAP_WRITE, CAP_EVENT, CAP_FSTAT, CAP_FCNTL);
	if (cap_rights_limit(fd, &rights) != 0)
		return errno == EBADF || errno == ENOSYS;
	/* Flags, but nobody who is signalled for it (F_SETOWN). */
	return use == SANDBOX_HOLD || cap_fcntls_limit(fd, CAP_FCNTL_GETFL | CAP_FCNTL_SETFL) == 0 ||
	       errno == ENOTCAPABLE;
}

/* Capability mode would also end the ways out that a submission may still need: the runner's
 * socket, and the trigger. */
enum sandbox_result sandbox_submit(int drop_fd, const char *fifo, bool may_read)
{
	(void)drop_fd, (void)fifo, (void)may_read;
	return SANDBOX_NONE;
}

void sandbox_hide(void)
{
	int off = PROC_TRACE_CTL_DISABLE;
	procctl(P_PID, getpid(), PROC_TRACE_CTL, &off);
}
