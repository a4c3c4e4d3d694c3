/* confined session|submit FOLDER FILE PID: does what programs do before they look at strangers'
   bytes, with the same object file, and then tries what a stranger who took them over would.  TAP
   on standard output; "# SKIP" when this system has no confinement. As a library (intruder.so,
   preloaded, with INTRUDER="FOLDER FILE PID") it tries the same within the programs themselves: in
   relay and smtpd when the first byte of the network is read, in sendmail when the first one of a
   message is.
   What came of it goes to standard error, as lines that begin with "intruder: ". */
#include "base/sandbox.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int count;
static int as_nobody; /* within programs that root has started */
static int results = STDERR_FILENO;
static const char *before = "";

static void result(int good, const char *what)
{
	dprintf(*before ? results : STDOUT_FILENO, "%s%s %d - %s%s%s\n", before, good ? "ok" : "not ok",
	    ++count, what, good ? "" : ": ", good ? "" : strerror(errno));
}

static void fails(long outcome, const char *what)
{
	result(outcome < 0, what);
}

static int try_connect(int family, const void *address, socklen_t size)
{
	int fd = socket(family, SOCK_STREAM, 0);
	return fd < 0 ? -1 : connect(fd, address, size);
}

static ssize_t try_send(const void *address, socklen_t size)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	return fd < 0 ? -1 : sendto(fd, "x", 1, 0, address, size);
}

/* FreeBSD forbids it by a limit, which is none for root. */
static pid_t try_fork(void)
{
#ifdef __FreeBSD__
	if (geteuid() == 0)
		return -1;
#endif
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	return pid;
}

static long try_trace(pid_t other)
{
#ifdef __linux__
	return ptrace(PTRACE_ATTACH, other, NULL, NULL);
#else
	return ptrace(PT_ATTACH, other, NULL, 0);
#endif
}

/* Each call by its number, with arguments that mean nothing: what the filter lets through fails
   otherwise than by EPERM.  It lets through what is listed here, and what lets a process end. */
static void try_calls(void)
{
#ifdef __linux__
	static const int known[] = {
	    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_lseek, SYS_close, SYS_fstat,
	    SYS_newfstatat, SYS_statx, SYS_sendto, SYS_recvfrom, SYS_recvmsg, SYS_shutdown, SYS_ppoll,
	    SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise, SYS_futex,
	    SYS_getrandom, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack,
	    SYS_clock_gettime, SYS_gettimeofday, SYS_clock_nanosleep, SYS_nanosleep,
	    SYS_restart_syscall, SYS_sched_yield, SYS_getpid, SYS_gettid, SYS_getppid, SYS_getuid,
	    SYS_geteuid, SYS_getgid, SYS_getegid, SYS_uname, SYS_sysinfo, SYS_exit, SYS_exit_group,
#ifdef SYS_poll
	    SYS_poll, SYS_stat, SYS_lstat, SYS_time,
#endif
#ifdef __x86_64__
	    335, 336, /* uretprobe, uprobe: of the kernel's own trampolines; it never asks the filter,
	                 and kills others who call them */
#endif
	};
	char through[200] = "";
	alarm(20);
	for (int number = 0; number < 600; number++) {
		size_t i = 0;
		while (i < sizeof known / sizeof known[0] && known[i] != number)
			i++;
		if (i == sizeof known / sizeof known[0] &&
		    (syscall(number, -1, -1, -1, -1, -1, -1) != -1 || errno != EPERM) &&
		    strlen(through) < sizeof through - 20)
			sprintf(through + strlen(through), " %d", number);
	}
	alarm(0);
	result(*through == '\0', "nor make a call that is not needed");
	if (*through != '\0')
		dprintf(*before ? results : STDERR_FILENO, "# calls let through:%s\n", through);
#endif
}

#ifdef __linux__
/* Signals that the kernel sends for a descriptor: to another process, or to nobody; other ways to a
 * process, and to code. */
static void try_signals(pid_t other)
{
	int on = 0;
	for (int fd = 0; fd < 16; fd++) {
		int flags = fcntl(fd, F_GETFL);
		fcntl(fd, F_SETOWN, (int)other);
		fcntl(fd, F_SETSIG, SIGKILL);
		if (flags >= 0 && fcntl(fd, F_SETFL, flags | O_ASYNC) == 0)
			on++;
	}
	fails(on > 0 ? 0 : -1, "nor have signals sent for a descriptor (O_ASYNC)");
	fails(fcntl(STDIN_FILENO, F_SETOWN, (int)other), "nor say to whom (F_SETOWN)");
	fails(fcntl(STDIN_FILENO, F_SETSIG, SIGKILL), "nor which one (F_SETSIG)");
	fails(syscall(SYS_tgkill, other, other, SIGKILL), "nor signal a thread");
	fails(syscall(SYS_pidfd_open, other, 0), "nor hold a process");
	fails(syscall(SYS_process_vm_readv, other, NULL, 0, NULL, 0, 0), "nor read its memory");
	fails(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
	          ? -1
	          : 0,
	    "nor have memory that can be run");
}

/* New descriptors, and ways to give one away, or to send elsewhere. */
static void try_descriptors(void)
{
	struct sockaddr_in elsewhere = {.sin_family = AF_INET,
	    .sin_port = htons(9),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	struct iovec part = {(char[]){"x"}, 1};
	struct msghdr m = {.msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = control.space,
	    .msg_controllen = sizeof control.space};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	int pair[2], sent = 0, given = 0, set = 0, on = 1;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	for (int fd = 0; fd < 16; fd++) {
		sent += sendto(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&elsewhere,
		            sizeof elsewhere) >= 0;
		set += setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) == 0;
		given += sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
	}
	fails(fcntl(STDIN_FILENO, F_DUPFD, 0), "nor double a descriptor");
	fails(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "nor have a pair of sockets");
	fails(pipe(pair), "nor a pipe");
	fails(sent > 0 ? 0 : -1, "nor send elsewhere than to its server");
	fails(set > 0 ? 0 : -1, "nor change a socket");
	fails(given > 0 ? 0 : -1, "nor give a descriptor to anybody");
}
#endif

/* As fhnet, with an empty root: it can see nothing of the machine, and is nobody else. */
static void try_as_nobody(void)
{
	struct stat st;
	fails(stat("/etc/passwd", &st), "nor see that a file exists");
	fails(stat("/proc/1", &st), "nor a process");
	result(getuid() != 0 && getuid() == geteuid() && getgid() != 0 && getgid() == getegid(),
	    "it is not root");
	fails(setuid(0), "nor can become so");
	fails(seteuid(0), "nor for a while");
	fails(chroot("/"), "nor leave its root");
	dprintf(results, "intruder: as user %lu group %lu\n", (unsigned long)getuid(),
	    (unsigned long)getgid());
}

/* What a session may not. */
static void try_as_session(const char *folder, const char *file, pid_t other)
{
	struct sockaddr_in tcp = {.sin_family = AF_INET,
	    .sin_port = htons(9),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	char *argv[] = {(char[]){"/bin/true"}, NULL};
	fails(open(file, O_RDONLY), "it cannot open a file for reading");
	fails(open(file, O_WRONLY), "nor for writing");
	fails(openat(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY), "nor a folder");
	fails(unlink(file), "nor remove a file");
	fails(mkdir("confined.new", 0700), "nor make a folder");
	fails(chmod(file, 0777), "nor change a mode");
	fails(try_connect(AF_INET, &tcp, sizeof tcp) < 0 && errno != ECONNREFUSED ? -1 : 0,
	    "nor connect");
	fails(try_send(&tcp, sizeof tcp), "nor send a datagram");
	fails(execv(argv[0], argv), "nor run a program");
	fails(try_fork(), "nor fork");
	fails(kill(other, SIGTERM), "nor signal another process");
	fails(kill(getppid(), 0), "nor its parent");
	fails(try_trace(other), "nor trace one");
#ifdef __linux__
	try_signals(other);
	try_descriptors();
#endif
	if (as_nobody)
		try_as_nobody();
	try_calls();
}

/* What a submission may not. */
static void try_as_submit(const char *folder, const char *file, pid_t other)
{
	char path[1024];
	char *argv[] = {(char[]){"/bin/true"}, NULL};
	(void)other;
	fails(open(file, O_RDONLY), "it cannot open a file elsewhere");
	fails(open("/etc/passwd", O_RDONLY), "not even a public one");
	snprintf(path, sizeof path, "%s/other", folder);
	fails(open(path, O_RDONLY), "nor read one in drop/");
	fails(open(folder, O_RDONLY | O_DIRECTORY), "nor list drop/");
	snprintf(path, sizeof path, "%s/../new", folder);
	fails(open(path, O_WRONLY | O_CREAT, 0600), "nor make one beside it");
	snprintf(path, sizeof path, "%s/link", folder);
	fails(symlink("/etc/passwd", path), "nor a symbolic link in it");
	snprintf(path, sizeof path, "%s/folder", folder);
	fails(mkdir(path, 0700), "nor a folder");
	snprintf(path, sizeof path, "%s/other", folder);
	fails(rename(path, file), "nor move something out");
	fails(execv(argv[0], argv), "nor run a program");
}

#ifndef INTRUDER
static void confined(enum sandbox_result done, const char *what)
{
	if (done == SANDBOX_NONE) {
		printf("1..0 # SKIP this system has no confinement for it\n");
		exit(0);
	}
	result(done == SANDBOX_DONE, what);
}

static void session(const char *folder, const char *file, pid_t other)
{
	char byte;
	int pair[2], known = open(file, O_RDONLY);
	time_t now = time(NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 || known < 0)
		exit(1);
	confined(sandbox_session(), "the session is confined");
	try_as_session(folder, file, other);
	result(read(known, &byte, 1) == 1, "what is open can be read");
	result(write(pair[0], "x", 1) == 1 && read(pair[1], &byte, 1) == 1, "and written");
	result(localtime(&now) != NULL, "and the time is known");
}

static void submit(const char *folder, const char *file, pid_t other)
{
	int drop = open(folder, O_RDONLY | O_DIRECTORY);
	if (drop < 0)
		exit(1);
	char fifo[1024];
	snprintf(fifo, sizeof fifo, "%s/../trigger", folder);
	confined(sandbox_submit(drop, fifo, false), "submission is confined");
	int trigger = open(fifo, O_WRONLY | O_NONBLOCK);
	result(trigger >= 0 || errno == ENXIO, "the trigger can be written to");
	result(open(fifo, O_RDONLY | O_NONBLOCK) < 0 && errno == EACCES, "and not read");
	try_as_submit(folder, file, other);
	int fd = openat(drop, "t.new", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
	result(fd >= 0 && write(fd, "x", 1) == 1 && fsync(fd) == 0, "a file in drop/ can be made");
	result(renameat(drop, "t.new", drop, "new") == 0 && fsync(drop) == 0, "gets its name");
	result(unlinkat(drop, "new", 0) == 0, "and can be removed");
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	(strcmp(argv[1], "session") == 0 ? session : submit)(argv[2], argv[3], (pid_t)atoi(argv[4]));
	printf("1..%d\n", count);
	fflush(stdout);
	_exit(0); /* as a session does */
}
#else
typedef void trial(const char *folder, const char *file, pid_t other);

/* Programs that root has started have no environment: what is to be tried stands in a file, and
 * what came of it goes to another one. */
#define ORDERS "/tmp/intruder"
#define RESULTS "/tmp/intruder.log"
#define RESULTS_FD 900
static char words[2000];
static int is_smtpd;

__attribute__((constructor)) static void begin(void)
{
	char program[400];
	const char *given = getenv("INTRUDER");
	if (given != NULL && strlen(given) < sizeof words)
		strcpy(words, given);
#ifdef __linux__
	ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
	program[n > 0 ? n : 0] = '\0';
	is_smtpd = strrchr(program, '/') != NULL && strcmp(strrchr(program, '/'), "/smtpd") == 0;
	int fd = given == NULL && strstr(program, "/libexec/firsthop/relay") != NULL
	             ? open(ORDERS, O_RDONLY | O_CLOEXEC)
	             : -1;
	if (fd < 0)
		return;
	n = syscall(SYS_read, fd, words, sizeof words - 1);
	words[n > 0 ? n : 0] = '\0';
	close(fd);
	results =
	    fcntl(open(RESULTS, O_WRONLY | O_CREAT | O_APPEND, 0600), F_DUPFD_CLOEXEC, RESULTS_FD);
	as_nobody = 1;
#else
	(void)program;
#endif
}

#ifdef __linux__
/* Keeps where the results go. */
void closefrom(int low)
{
	syscall(SYS_close_range, low, results > STDERR_FILENO ? RESULTS_FD - 1 : 1 << 20, 0);
}
#endif

static void intrude(trial *try)
{
	if (*before || *words == '\0')
		return;
	before = "intruder: ";
	char *folder = strtok(words, " "), *file = strtok(NULL, " "), *other = strtok(NULL, " ");
	if (other != NULL)
		try(folder, file, (pid_t)atoi(other));
	dprintf(results, "intruder: %d tries\n", count);
}

/* Of relay only the session calls it. */
ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
	if (!is_smtpd)
		intrude(try_as_session);
	return recvfrom(fd, bytes, size, flags, NULL, NULL);
}

ssize_t read(int fd, void *bytes, size_t size)
{
	struct stat st;
	if (fd == STDIN_FILENO && !is_smtpd)
		intrude(try_as_submit);
	/* The client of a session of smtpd. */
	if (is_smtpd && fd == STDERR_FILENO + 1 && fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode))
		intrude(try_as_session);
	return syscall(SYS_read, fd, bytes, size);
}
#endif
