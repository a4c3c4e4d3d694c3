/* Linux: Landlock for files (and, from 6.7, TCP connections), and for the session a seccomp filter
   that knows the calls a session needs and answers EPERM to all others: what libraries try in vain
   is no reason to end.  Numbers are those of the kernel's interface; older header packages lack the
   later ones. */
#define _GNU_SOURCE 1
#include "base/sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#define QUERY_ABI 1u
#define RULE_PATH_BENEATH 1
#define SCOPE_ALL 3u
#define RIGHT_WRITE_FILE (1u << 1)
#define RIGHT_READ_FILE (1u << 2)
#define RIGHT_REMOVE_FILE (1u << 5)
#define RIGHT_MAKE_REG (1u << 8)

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define OUR_ARCH AUDIT_ARCH_RISCV64
#endif

struct ruleset {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
	uint64_t
	    scoped; /* abstract local sockets, signals: none but to those who are confined with us */
};

struct path_beneath {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

/* File rights by version of the interface: 13 rights in the first, then REFER, TRUNCATE, and
 * IOCTL_DEV with the fifth. */
static uint64_t file_rights(long abi)
{
	if (abi >= 5)
		return (1u << 16) - 1;
	if (abi >= 3)
		return (1u << 15) - 1;
	if (abi == 2)
		return (1u << 14) - 1;
	return (1u << 13) - 1;
}

static bool add_rule(int ruleset_fd, int fd, uint64_t access)
{
	struct path_beneath rule = {.allowed_access = access, .parent_fd = fd};
	return syscall(SYS_landlock_add_rule, ruleset_fd, RULE_PATH_BENEATH, &rule, 0u) == 0;
}

/* A FIFO that is not there yet cannot be named in a rule. */
static bool add_fifo(int ruleset_fd, const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	bool done = fd < 0 || add_rule(ruleset_fd, fd, RIGHT_WRITE_FILE);
	if (fd >= 0)
		close(fd);
	return done;
}

/* Every right handled, and none granted but those for making files in folder_fd (-1: none at all)
 * and writing to fifo (NULL: none). */
static enum sandbox_result lock_files(int folder_fd, const char *fifo, bool may_read,
    uint64_t scoped)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, QUERY_ABI);
	/* EPERM: the filter of a container that does not know these calls. */
	if (abi < 1)
		return errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM ? SANDBOX_NONE
		                                                                : SANDBOX_FAILED;
	struct ruleset rules = {.handled_access_fs = file_rights(abi),
	    .handled_access_net = abi >= 4 ? 3 : 0,
	    .scoped = abi >= 6 ? scoped : 0};
	size_t size = abi >= 6 ? sizeof rules : abi >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
	uint64_t in_folder =
	    RIGHT_WRITE_FILE | RIGHT_REMOVE_FILE | RIGHT_MAKE_REG | (may_read ? RIGHT_READ_FILE : 0);
	int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0u);
	if (fd < 0)
		return SANDBOX_FAILED;
	bool done = (folder_fd < 0 || add_rule(fd, folder_fd, in_folder)) &&
	            (fifo == NULL || add_fifo(fd, fifo));
	done = done && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       syscall(SYS_landlock_restrict_self, fd, 0u) == 0;
	close(fd);
	return done ? SANDBOX_DONE : SANDBOX_FAILED;
}

#ifdef OUR_ARCH
/* Reading and writing what is open, waiting, memory, time, ending; and asking about files (the time
 * zone's is looked at again), which shows no content. */
static const uint32_t allowed[] = {
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_pread64,
    SYS_lseek,
    SYS_close,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_recvfrom,
    SYS_recvmsg,
    SYS_shutdown,
    SYS_ppoll,
    SYS_brk,
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    SYS_futex,
    SYS_getrandom,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_clock_gettime,
    SYS_gettimeofday,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_restart_syscall,
    SYS_sched_yield,
    SYS_getpid,
    SYS_gettid,
    SYS_getppid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_uname,
    SYS_sysinfo,
    SYS_exit,
    SYS_exit_group,
#ifdef SYS_poll
    SYS_poll,
    SYS_stat,
    SYS_lstat,
    SYS_time,
#endif
};

#define COUNT (sizeof allowed / sizeof allowed[0])
#define LOAD(what) \
	(struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, what))
#define LOW(n)                             \
	(offsetof(struct seccomp_data, args) + \
	    8 * (n)) /* all machines that we know here begin with the low half */
#define LOAD_AT(at) (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(at))
#define IF_EQUAL(value, then, otherwise) \
	(struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), then, otherwise)
#define IF_SET(bits, then, otherwise) \
	(struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(bits), then, otherwise)
#define ANSWER(what) (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, what)
#define REFUSE ANSWER(SECCOMP_RET_ERRNO | EPERM)
#define ALLOW ANSWER(SECCOMP_RET_ALLOW)

/* Calls of which only some uses are needed.  fcntl: its flags, without the one that has signals
   sent; so F_SETOWN and F_SETSIG reach nobody, and no descriptor is made.  sendto: where the socket
   is connected to.  setsockopt: when arrivals are acknowledged.  Memory: none that can be run. */
static const struct sock_filter some[] = {
    IF_EQUAL(SYS_fcntl, 0, 10),
    LOAD_AT(LOW(1)),
    IF_EQUAL(F_GETFL, 7, 0),
    IF_EQUAL(F_GETFD, 6, 0),
    IF_EQUAL(F_SETFD, 5, 0),
    IF_EQUAL(F_SETFL, 1, 0),
    REFUSE,
    LOAD_AT(LOW(2)),
    IF_SET(O_ASYNC, 0, 1),
    REFUSE,
    ALLOW,
    IF_EQUAL(SYS_sendto, 0, 6),
    LOAD_AT(LOW(4)),
    IF_EQUAL(0, 0, 2),
    LOAD_AT(LOW(4) + 4),
    IF_EQUAL(0, 1, 0),
    REFUSE,
    ALLOW,
    IF_EQUAL(SYS_setsockopt, 0, 6),
    LOAD_AT(LOW(1)),
    IF_EQUAL(IPPROTO_TCP, 0, 2),
    LOAD_AT(LOW(2)),
    IF_EQUAL(TCP_QUICKACK, 1, 0),
    REFUSE,
    ALLOW,
    IF_EQUAL(SYS_mmap, 1, 0),
    IF_EQUAL(SYS_mprotect, 0, 4),
    LOAD_AT(LOW(2)),
    IF_SET(PROT_EXEC, 0, 1),
    REFUSE,
    ALLOW,
};

#define SOME_COUNT (sizeof some / sizeof some[0])

/* A call by the number of another architecture can only be meant to slip through. */
static enum sandbox_result lock_calls(void)
{
	struct sock_filter code[COUNT + SOME_COUNT + 6];
	unsigned short at = 0;
	code[at++] = LOAD(arch);
	code[at++] = IF_EQUAL(OUR_ARCH, 1, 0);
	code[at++] = ANSWER(SECCOMP_RET_KILL_PROCESS);
	code[at++] = LOAD(nr);
	for (size_t i = 0; i < SOME_COUNT; i++)
		code[at++] = some[i];
	for (size_t i = 0; i < COUNT; i++)
		code[at++] = IF_EQUAL(allowed[i], (unsigned char)(COUNT - i), 0);
	code[at++] = REFUSE;
	code[at++] = ALLOW;
	struct sock_fprog program = {.len = at, .filter = code};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return SANDBOX_FAILED;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0)
		return SANDBOX_DONE;
	return errno == EINVAL || errno == ENOSYS ? SANDBOX_NONE : SANDBOX_FAILED;
}
#else
static enum sandbox_result lock_calls(void)
{
	return SANDBOX_NONE;
}
#endif

enum sandbox_result sandbox_session(void)
{
	enum sandbox_result files = lock_files(-1, NULL, false, SCOPE_ALL);
	if (files == SANDBOX_FAILED)
		return files;
	enum sandbox_result calls = lock_calls();
	return calls == SANDBOX_NONE ? files : calls;
}

/* The sanitizer of a test build looks into /proc when the program ends. */
#ifdef __SANITIZE_ADDRESS__
enum sandbox_result sandbox_submit(int drop_fd, const char *fifo, bool may_read)
{
	(void)drop_fd, (void)fifo, (void)may_read;
	return SANDBOX_NONE;
}
#else
enum sandbox_result sandbox_submit(int drop_fd, const char *fifo, bool may_read)
{
	return lock_files(drop_fd, fifo, may_read, 0);
}
#endif

/* The filter of calls has no rule for single descriptors. */
bool sandbox_limit(int fd, enum sandbox_use use)
{
	(void)fd, (void)use;
	return true;
}

/* A sanitizer's search for leaks looks into its own process. */
void sandbox_hide(void)
{
#ifndef __SANITIZE_ADDRESS__
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}
