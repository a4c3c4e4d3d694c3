/* Against other processes.  Every try has to fail. */
#include "tests/fake/evilkill.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#include <sys/syscall.h>
#endif

static int to;

static void fails(long outcome, const char *what)
{
	dprintf(to, "evil: %s - %s%s%s\n", outcome < 0 ? "ok" : "not ok", what, outcome < 0 ? " " : "",
	    outcome < 0 ? strerror(errno) : "");
}

/* The kernel sends it when the descriptor is ready, with the rights of who asked for it: the call
   succeeds, and whether the other one lives shows what came of it. */
static void own_descriptors(pid_t other)
{
	for (int fd = 0; fd < 16; fd++) {
		int flags = fcntl(fd, F_GETFL);
		fcntl(fd, F_SETOWN, other);
#ifdef F_SETSIG
		struct f_owner_ex owner = {F_OWNER_PID, other};
		fcntl(fd, F_SETOWN_EX, &owner);
		fcntl(fd, F_SETSIG, SIGKILL);
#endif
		if (flags >= 0)
			fcntl(fd, F_SETFL, flags | O_ASYNC);
	}
}

static void look_into(pid_t other)
{
	static const char *const files[] = {"mem", "environ", "maps", "fd/3", "root/etc", "cwd/"};
	char path[64], byte;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		snprintf(path, sizeof path, "/proc/%ld/%s", (long)other, files[i]);
		fails(open(path, O_RDONLY), files[i]);
	}
#ifdef __linux__
	struct iovec here = {&byte, 1}, there = {(void *)(size_t)0x400000, 1};
	fails(ptrace(PTRACE_ATTACH, other, NULL, NULL), "ptrace");
	fails(ptrace(PTRACE_SEIZE, other, NULL, NULL), "ptrace, seize");
	fails(process_vm_readv(other, &here, 1, &there, 1, 0), "process_vm_readv");
	fails(process_vm_writev(other, &here, 1, &there, 1, 0), "process_vm_writev");
	int pidfd = (int)syscall(SYS_pidfd_open, other, 0);
	if (pidfd >= 0) {
		for (int fd = 0; fd < 16; fd++)
			fails(syscall(438 /* pidfd_getfd */, pidfd, fd, 0), "pidfd_getfd");
		fails(syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0), "pidfd_send_signal");
		close(pidfd);
	}
#else
	(void)byte;
	fails(ptrace(PT_ATTACH, other, NULL, 0), "ptrace");
#endif
}

static void slow_down(pid_t other)
{
	fails(setpriority(PRIO_PROCESS, (id_t)other, 19), "setpriority");
#ifdef __linux__
	const struct rlimit none = {0, 0};
	const struct sched_param idle = {0};
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	fails(prlimit(other, RLIMIT_CPU, &none, NULL), "prlimit");
	fails(prlimit(other, RLIMIT_NOFILE, &none, NULL), "prlimit, descriptors");
	fails(sched_setscheduler(other, SCHED_IDLE, &idle), "sched_setscheduler");
	fails(sched_setaffinity(other, sizeof one, &one), "sched_setaffinity");
#endif
}

void evilkill(pid_t other, int results)
{
	static const int numbers[] = {SIGTERM, SIGKILL, SIGSTOP, SIGHUP, SIGUSR1, SIGSEGV, SIGIO};
	to = results;
	own_descriptors(other);
	look_into(other);
	slow_down(other);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		const union sigval value = {.sival_int = 1};
		fails(kill(other, numbers[i]), "kill");
		fails(sigqueue(other, numbers[i], value), "sigqueue");
#ifdef __linux__
		fails(syscall(SYS_tgkill, other, other, numbers[i]), "tgkill");
#endif
	}
}
