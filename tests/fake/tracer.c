#define _GNU_SOURCE 1
#include "tests/fake/tracer.h"
#if defined(__linux__) && defined(__x86_64__)
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OPTIONS                                                                            \
	(PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | \
	    PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)
#define TASKS_MAX 256

struct task {
	pid_t pid;
	bool counted; /* it runs the program that is meant */
	bool inside;  /* a call: the next stop is its end */
	int fails_with;
};

static struct task tasks[TASKS_MAX];
static int task_count;
static const char *followed; /* name of the program whose calls count */

static const struct {
	int number;
	unsigned char kind;
} known[] = {
    {SYS_read, FAILPOINT_READ},
    {SYS_pread64, FAILPOINT_READ},
    {SYS_readv, FAILPOINT_READ},
    {SYS_getdents64, FAILPOINT_READ},
    {SYS_write, FAILPOINT_WRITE},
    {SYS_pwrite64, FAILPOINT_WRITE},
    {SYS_writev, FAILPOINT_WRITE},
    {SYS_ftruncate, FAILPOINT_WRITE},
    {SYS_fsync, FAILPOINT_SYNC},
    {SYS_fdatasync, FAILPOINT_SYNC},
    {SYS_rename, FAILPOINT_RENAME},
    {SYS_renameat, FAILPOINT_RENAME},
    {SYS_renameat2, FAILPOINT_RENAME},
    {SYS_link, FAILPOINT_RENAME},
    {SYS_linkat, FAILPOINT_RENAME},
    {SYS_unlink, FAILPOINT_UNLINK},
    {SYS_unlinkat, FAILPOINT_UNLINK},
    {SYS_close, FAILPOINT_CLOSE},
    {SYS_flock, FAILPOINT_LOCK},
    {SYS_fcntl, FAILPOINT_LOCK},
    {SYS_stat, FAILPOINT_STAT},
    {SYS_lstat, FAILPOINT_STAT},
    {SYS_fstat, FAILPOINT_STAT},
    {SYS_newfstatat, FAILPOINT_STAT},
    {SYS_statx, FAILPOINT_STAT},
    {SYS_access, FAILPOINT_STAT},
    {SYS_faccessat, FAILPOINT_STAT},
    {SYS_faccessat2, FAILPOINT_STAT},
    {SYS_statfs, FAILPOINT_STAT},
    {SYS_fstatfs, FAILPOINT_STAT},
    {SYS_chdir, FAILPOINT_STAT},
    {SYS_mkdir, FAILPOINT_CREATE},
    {SYS_mkdirat, FAILPOINT_CREATE},
    {SYS_socket, FAILPOINT_SOCKET},
    {SYS_socketpair, FAILPOINT_SOCKET},
    {SYS_pipe, FAILPOINT_SOCKET},
    {SYS_pipe2, FAILPOINT_SOCKET},
    {SYS_accept, FAILPOINT_SOCKET},
    {SYS_accept4, FAILPOINT_SOCKET},
    {SYS_dup2, FAILPOINT_SOCKET},
    {SYS_connect, FAILPOINT_TALK},
    {SYS_sendto, FAILPOINT_TALK},
    {SYS_sendmsg, FAILPOINT_TALK},
    {SYS_recvfrom, FAILPOINT_TALK},
    {SYS_recvmsg, FAILPOINT_TALK},
    {SYS_poll, FAILPOINT_TALK},
    {SYS_ppoll, FAILPOINT_TALK},
    {SYS_fork, FAILPOINT_PROCESS},
    {SYS_vfork, FAILPOINT_PROCESS},
    {SYS_clone, FAILPOINT_PROCESS},
    {SYS_clone3, FAILPOINT_PROCESS},
    {SYS_execve, FAILPOINT_PROCESS},
    {SYS_wait4, FAILPOINT_PROCESS},
};

static unsigned char kind_of(const struct user_regs_struct *r)
{
	if (r->orig_rax == SYS_open)
		return r->rsi & O_CREAT ? FAILPOINT_CREATE : FAILPOINT_OPEN;
	if (r->orig_rax == SYS_openat)
		return r->rdx & O_CREAT ? FAILPOINT_CREATE : FAILPOINT_OPEN;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if ((long long)r->orig_rax == known[i].number)
			return known[i].kind;
	}
	return 0;
}

static bool runs(pid_t pid, const char *name)
{
	char path[64], comm[64] = "";
	snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
	FILE *file = fopen(path, "r");
	if (file != NULL && fgets(comm, sizeof comm, file) != NULL)
		comm[strcspn(comm, "\n")] = '\0';
	if (file != NULL)
		fclose(file);
	return strcmp(comm, name) == 0;
}

/* One that is not known yet has the name of the process that it was forked from. */
static struct task *find_task(pid_t pid)
{
	for (int i = 0; i < task_count; i++) {
		if (tasks[i].pid == pid)
			return &tasks[i];
	}
	if (task_count == TASKS_MAX)
		exit(1);
	tasks[task_count] = (struct task){.pid = pid, .counted = runs(pid, followed)};
	return &tasks[task_count++];
}

static void forget_task(pid_t pid)
{
	struct task *t = find_task(pid);
	*t = tasks[--task_count];
}

/* Half of a read or write. */
static void shorten(pid_t pid, struct user_regs_struct *r)
{
	bool reads =
	    r->orig_rax == SYS_read || r->orig_rax == SYS_pread64 || r->orig_rax == SYS_recvfrom;
	bool writes =
	    r->orig_rax == SYS_write || r->orig_rax == SYS_pwrite64 || r->orig_rax == SYS_sendto;
	if (reads && r->rdx > 1)
		r->rdx = 1;
	if (writes)
		r->rdx = (r->rdx + 1) / 2;
	ptrace(PTRACE_SETREGS, pid, NULL, r);
}

static void at_begin(struct task *t, struct failpoint *point)
{
	struct user_regs_struct r;
	if (ptrace(PTRACE_GETREGS, t->pid, NULL, &r) != 0)
		return;
	unsigned char kind = kind_of(&r);
	if (point->kinds != 0 && !(point->kinds & 1u << kind))
		return;
	long n = ++point->count;
	if (n <= FAILPOINT_CALLS_MAX)
		point->calls[n - 1] = kind;
	if (n != point->at)
		return;
	point->hit = 1;
	if (point->action == FAILPOINT_KILL) {
		kill(t->pid, SIGKILL);
	} else if (point->action == FAILPOINT_MEANWHILE) {
		if (system(getenv("FAILCALL_DO")) != 0)
			fprintf(stderr, "FAILCALL_DO failed\n");
	} else if (point->action == FAILPOINT_SHORT) {
		shorten(t->pid, &r);
	} else {
		t->fails_with = point->action;
		/* The descriptor is gone whatever close(2) says. */
		if (kind != FAILPOINT_CLOSE)
			r.orig_rax = (unsigned long long)-1;
		ptrace(PTRACE_SETREGS, t->pid, NULL, &r);
	}
}

static void at_end(struct task *t)
{
	struct user_regs_struct r;
	if (t->fails_with == 0 || ptrace(PTRACE_GETREGS, t->pid, NULL, &r) != 0)
		return;
	r.rax = (unsigned long long)-t->fails_with;
	t->fails_with = 0;
	ptrace(PTRACE_SETREGS, t->pid, NULL, &r);
}

/* One stop of a process; returns the signal to be delivered. */
static int serve_stop(struct task *t, int status, struct failpoint *point)
{
	int signal = WSTOPSIG(status), event = status >> 16;
	if (signal == (SIGTRAP | 0x80)) {
		t->inside = !t->inside;
		if (t->inside && t->counted)
			at_begin(t, point);
		else if (!t->inside)
			at_end(t);
		return 0;
	}
	if (event == PTRACE_EVENT_EXEC) {
		t->counted = runs(t->pid, followed);
		/* The end of the exec itself is still to come. */
		t->inside = true;
		return 0;
	}
	return event != 0 || signal == SIGSTOP ? 0 : signal;
}

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* What the child left behind goes on by itself; whoever is asleep in a call is interrupted for
   it. */
static void let_go(void)
{
	int status;
	for (int i = 0; i < task_count; i++)
		kill(tasks[i].pid, SIGSTOP);
	/* Until nobody is followed any more: one that was just forked is not in the list yet. */
	for (pid_t pid; (pid = waitpid(-1, &status, __WALL)) > 0;) {
		bool stopped = WIFSTOPPED(status);
		int signal =
		    stopped && (status >> 16) == 0 && WSTOPSIG(status) < 0x80 && WSTOPSIG(status) != SIGSTOP
		        ? WSTOPSIG(status)
		        : 0;
		if (stopped && signal == 0 && WSTOPSIG(status) != SIGSTOP) {
			ptrace(PTRACE_CONT, pid, NULL, 0L);
			continue;
		}
		if (stopped)
			ptrace(PTRACE_DETACH, pid, NULL, (long)signal);
		kill(pid, SIGCONT);
		forget_task(pid);
	}
	task_count = 0;
}

int tracer_follow(pid_t pid, const char *name, struct failpoint *point, int patience_s)
{
	int status = 0, result = -1;
	int64_t end_ms = now_ms() + (int64_t)patience_s * 1000;
	pid_t who;
	followed = name;
	waitpid(pid, &status, 0);
	ptrace(PTRACE_SETOPTIONS, pid, NULL, (long)OPTIONS);
	find_task(pid);
	ptrace(PTRACE_SYSCALL, pid, NULL, 0L);
	while ((who = waitpid(-1, &status, __WALL | WNOHANG)) >= 0) {
		if (who == 0) {
			usleep(100);
			if (now_ms() < end_ms)
				continue;
			kill(pid, SIGKILL);
			waitpid(pid, &status, __WALL);
			forget_task(pid);
			break;
		}
		if (!WIFSTOPPED(status)) {
			forget_task(who);
			if (who != pid)
				continue;
			result = status;
			break;
		}
		struct task *t = find_task(who);
		int signal = serve_stop(t, status, point);
		ptrace(t->counted || who == pid ? PTRACE_SYSCALL : PTRACE_CONT, who, NULL, (long)signal);
	}
	let_go();
	return result;
}

bool tracer_works(void)
{
	return true;
}

void tracer_invite(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
}
#else
bool tracer_works(void)
{
	return false;
}

void tracer_invite(void)
{
}

int tracer_follow(pid_t pid, const char *name, struct failpoint *point, int patience_s)
{
	(void)pid, (void)name, (void)point, (void)patience_s;
	return -1;
}
#endif
