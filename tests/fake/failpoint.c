/* Faults at chosen calls (preloaded into the programs of firsthop, never into set-id ones).  Calls
   of libc that change or read files, talk on sockets or make processes are counted over all
   processes that share the file, and one of them is made to fail.
     FAILPOINT_FILE=PATH    the counter: struct failpoint (failpoint.h), shared by all who use it
     FAILPOINT_IN=NAME      counts only in programs of that name (runner, relay, sendmail)
     FAILPOINT_TRACE=PATH   appends every change of a file or folder, with its bytes (powercut.c
                            reads it) */
#define _GNU_SOURCE 1
#undef _FORTIFY_SOURCE
#include "tests/fake/failpoint.h"
#include <stdarg.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __FreeBSD__
#include <sys/sysctl.h>
#endif

static struct failpoint *shared;
static int trace_fd = -1;

#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

/* A descriptor out of the way of the programs, which close all above 2 when they start. */
static int open_high(const char *path)
{
	int fd =
	    (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	int high = fd >= 0 ? (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 900) : -1;
	if (fd >= 0)
		syscall(SYS_close, fd);
	return high;
}

/* By its file: argv[0] is what whoever started it says. */
static bool is_program(const char *name)
{
	char path[1024] = "";
#ifdef __FreeBSD__
	int mib[] = {CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1};
	size_t size = sizeof path;
	if (sysctl(mib, 4, path, &size, NULL, 0) != 0)
		abort();
#else
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
	path[n > 0 ? n : 0] = '\0';
#endif
	const char *slash = strrchr(path, '/');
	return slash != NULL && strcmp(slash + 1, name) == 0;
}

__attribute__((constructor)) static void start(void)
{
	const char *file = getenv("FAILPOINT_FILE"), *in = getenv("FAILPOINT_IN");
	bool here = in == NULL || is_program(in);
	if (getenv("FAILPOINT_TRACE") != NULL)
		trace_fd = open_high(getenv("FAILPOINT_TRACE"));
	int fd =
	    file != NULL && here ? (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC, 0) : -1;
	if (fd < 0)
		return;
	void *at = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	shared = at != MAP_FAILED ? at : NULL;
	syscall(SYS_close, fd);
}

/* closefrom(3) would take the trace away. */
void closefrom(int low)
{
	syscall(SYS_close_range, (unsigned)low, 899u, 0u);
	syscall(SYS_close_range, 1000u, ~0u, 0u);
}

/* A session that is confined may not call kill(2), not even for itself: it dies of a trap. */
static void die(void)
{
	syscall(SYS_kill, getpid(), SIGKILL);
	__builtin_trap();
}

/* Counts one call.  0: it goes on; >0: it fails with that errno; -1: it is to be cut short. */
static int point(enum failpoint_call call, bool can_be_cut)
{
	if (shared == NULL || (shared->kinds != 0 && !(shared->kinds & 1u << call)))
		return 0;
	long n = __atomic_add_fetch(&shared->count, 1, __ATOMIC_SEQ_CST);
	if (n <= FAILPOINT_CALLS_MAX)
		shared->calls[n - 1] = (unsigned char)call;
	if (n != shared->at)
		return 0;
	if (shared->action == FAILPOINT_KILL || (shared->action == FAILPOINT_TORN && !can_be_cut)) {
		shared->hit = 1;
		die();
	}
	shared->hit = 1;
	if (shared->action == FAILPOINT_TORN || shared->action == FAILPOINT_SHORT)
		return can_be_cut ? -1 : 0;
	return shared->action;
}

static void die_if_torn(void)
{
	if (shared->action == FAILPOINT_TORN)
		die();
}

#define FAIL(call)                      \
	do {                                \
		int fail_ = point(call, false); \
		if (fail_ > 0) {                \
			errno = fail_;              \
			return -1;                  \
		}                               \
	} while (0)

/* --- the trace: one record per change, "WORD NUMBERS NAME\n", for write followed by the bytes - */

__attribute__((format(printf, 3, 4))) static void trace(const char *bytes, size_t length,
    const char *format, ...)
{
	static char record[1 << 20];
	va_list args;
	int saved = errno;
	if (trace_fd < 0)
		return;
	va_start(args, format);
	int n = vsnprintf(record, 4096, format, args);
	va_end(args);
	if (length > sizeof record - 4096)
		abort();
	memcpy(record + n, bytes, length);
	if (syscall(SYS_write, trace_fd, record, (size_t)n + length) < 0)
		abort();
	errno = saved;
}

static unsigned long inode_of(int fd)
{
	struct stat st;
	return fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
	           ? (unsigned long)st.st_ino
	           : 0;
}

static unsigned long inode_of_folder(int dir_fd)
{
	struct stat st;
	return (dir_fd == AT_FDCWD ? stat(".", &st) : fstat(dir_fd, &st)) == 0
	           ? (unsigned long)st.st_ino
	           : 0;
}

static void trace_write(int fd, const void *bytes, long written, long at)
{
	unsigned long inode = trace_fd >= 0 && written > 0 ? inode_of(fd) : 0;
	if (inode == 0)
		return;
	if (at < 0) {
		struct stat st;
		bool append = (fcntl(fd, F_GETFL) & O_APPEND) != 0;
		at = append && fstat(fd, &st) == 0 ? (long)st.st_size - written
		                                   : (long)lseek(fd, 0, SEEK_CUR) - written;
	}
	trace(bytes, (size_t)written, "write %lu %ld %ld\n", inode, at, written);
}

/* --- files ------------------------------------------------------------------------------------ */

static int open_any(int dir_fd, const char *name, int flags, mode_t mode)
{
	struct stat st;
	FAIL((flags & O_CREAT) ? FAILPOINT_CREATE : FAILPOINT_OPEN);
	bool fresh =
	    trace_fd >= 0 && (flags & O_CREAT) && fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0;
	int fd = (int)syscall(SYS_openat, dir_fd, name, flags, mode);
	if (fd >= 0 && fresh)
		trace("", 0, "create %lu %lu %s\n", inode_of(fd), inode_of_folder(dir_fd), name);
	else if (fd >= 0 && trace_fd >= 0 && (flags & O_TRUNC))
		trace("", 0, "truncate %lu %lu %s\n", inode_of(fd), 0ul, name);
	return fd;
}

static mode_t mode_of(int flags, va_list args)
{
	return flags & O_CREAT ? (mode_t)va_arg(args, int) : 0;
}

#define OPEN(name, ...)                 \
	va_list args;                       \
	va_start(args, flags);              \
	mode_t mode = mode_of(flags, args); \
	va_end(args);                       \
	return open_any(__VA_ARGS__, name, flags, mode)

int open(const char *name, int flags, ...)
{
	OPEN(name, AT_FDCWD);
}
int openat(int dir_fd, const char *name, int flags, ...)
{
	OPEN(name, dir_fd);
}
#ifdef __GLIBC__ /* has further names for the same call */
int open64(const char *name, int flags, ...)
{
	OPEN(name, AT_FDCWD);
}
int openat64(int dir_fd, const char *name, int flags, ...)
{
	OPEN(name, dir_fd);
}
int __open_2(const char *name, int flags);
int __open_2(const char *name, int flags)
{
	return open_any(AT_FDCWD, name, flags, 0);
}
int __openat_2(int dir_fd, const char *name, int flags);
int __openat_2(int dir_fd, const char *name, int flags)
{
	return open_any(dir_fd, name, flags, 0);
}
#endif

FILE *fopen(const char *name, const char *mode)
{
	int fail = point(FAILPOINT_OPEN, false);
	if (fail > 0) {
		errno = fail;
		return NULL;
	}
	return REAL(fopen)(name, mode);
}

ssize_t read(int fd, void *bytes, size_t size)
{
	int fail = point(FAILPOINT_READ, true);
	if (fail > 0) {
		errno = fail;
		return -1;
	}
	if (fail < 0)
		size = size > 1 ? 1 : size;
	ssize_t n = syscall(SYS_read, fd, bytes, size);
	if (fail < 0)
		die_if_torn();
	return n;
}
#ifdef __GLIBC__
ssize_t __read_chk(int fd, void *bytes, size_t size, size_t room);
ssize_t __read_chk(int fd, void *bytes, size_t size, size_t room)
{
	(void)room;
	return read(fd, bytes, size);
}
#endif

ssize_t pread(int fd, void *bytes, size_t size, off_t at)
{
	int fail = point(FAILPOINT_READ, true);
	if (fail > 0) {
		errno = fail;
		return -1;
	}
	ssize_t n = REAL(pread)(fd, bytes, fail < 0 && size > 1 ? 1 : size, at);
	if (fail < 0)
		die_if_torn();
	return n;
}
#ifdef __GLIBC__
ssize_t pread64(int fd, void *bytes, size_t size, off_t at)
{
	return pread(fd, bytes, size, at);
}
ssize_t __pread_chk(int fd, void *bytes, size_t size, off_t at, size_t room);
ssize_t __pread_chk(int fd, void *bytes, size_t size, off_t at, size_t room)
{
	(void)room;
	return pread(fd, bytes, size, at);
}
ssize_t __pread64_chk(int fd, void *bytes, size_t size, off_t at, size_t room);
ssize_t __pread64_chk(int fd, void *bytes, size_t size, off_t at, size_t room)
{
	(void)room;
	return pread(fd, bytes, size, at);
}
#endif

ssize_t write(int fd, const void *bytes, size_t size)
{
	int fail = point(FAILPOINT_WRITE, true);
	if (fail > 0) {
		errno = fail;
		return -1;
	}
	if (fail < 0)
		size = (size + 1) / 2;
	ssize_t n = syscall(SYS_write, fd, bytes, size);
	trace_write(fd, bytes, n, -1);
	if (fail < 0)
		die_if_torn();
	return n;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
	int fail = point(FAILPOINT_WRITE, true);
	if (fail > 0) {
		errno = fail;
		return -1;
	}
	ssize_t n = REAL(pwrite)(fd, bytes, fail < 0 ? (size + 1) / 2 : size, at);
	trace_write(fd, bytes, n, at);
	if (fail < 0)
		die_if_torn();
	return n;
}
#ifdef __GLIBC__
ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t at)
{
	return pwrite(fd, bytes, size, at);
}
#endif

int fsync(int fd)
{
	FAIL(FAILPOINT_SYNC);
	int result = (int)syscall(SYS_fsync, fd);
	if (trace_fd >= 0 && result == 0)
		trace("", 0, "sync %lu %lu x\n", inode_of(fd), 0ul);
	return result;
}

int ftruncate(int fd, off_t length)
{
	FAIL(FAILPOINT_WRITE);
	int result = REAL(ftruncate)(fd, length);
	if (trace_fd >= 0 && result == 0)
		trace("", 0, "cut %lu %ld x\n", inode_of(fd), (long)length);
	return result;
}
#ifdef __GLIBC__
int ftruncate64(int fd, off_t length)
{
	return ftruncate(fd, length);
}
#endif

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	FAIL(FAILPOINT_RENAME);
	int result = REAL(renameat)(from_fd, from, to_fd, to);
	if (trace_fd >= 0 && result == 0)
		trace("", 0, "rename %lu %lu %s %s\n", inode_of_folder(from_fd), inode_of_folder(to_fd),
		    from, to);
	return result;
}
int rename(const char *from, const char *to)
{
	return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
	FAIL(FAILPOINT_RENAME);
	int result = (int)syscall(SYS_linkat, from_fd, from, to_fd, to, flags);
	if (trace_fd >= 0 && result == 0)
		trace("", 0, "link %lu %lu %s %s\n", inode_of_folder(from_fd), inode_of_folder(to_fd), from,
		    to);
	return result;
}

int unlinkat(int dir_fd, const char *name, int flags)
{
	FAIL(FAILPOINT_UNLINK);
	int result = (int)syscall(SYS_unlinkat, dir_fd, name, flags);
	if (trace_fd >= 0 && result == 0)
		trace("", 0, "unlink %lu %lu %s\n", inode_of_folder(dir_fd), 0ul, name);
	return result;
}
int unlink(const char *name)
{
	return unlinkat(AT_FDCWD, name, 0);
}

/* The descriptor is gone whatever close(2) says. */
int close(int fd)
{
	int fail = point(FAILPOINT_CLOSE, false);
	int result = (int)syscall(SYS_close, fd);
	if (fail > 0) {
		errno = fail;
		return -1;
	}
	return result;
}

int flock(int fd, int operation)
{
	FAIL(FAILPOINT_LOCK);
	return (int)syscall(SYS_flock, fd, operation);
}

int fstat(int fd, struct stat *st)
{
	if (shared != NULL)
		FAIL(FAILPOINT_STAT);
	return REAL(fstat)(fd, st);
}

int fstatat(int dir_fd, const char *name, struct stat *st, int flags)
{
	if (shared != NULL)
		FAIL(FAILPOINT_STAT);
	return REAL(fstatat)(dir_fd, name, st, flags);
}

int mkdir(const char *name, mode_t mode)
{
	FAIL(FAILPOINT_CREATE);
	return REAL(mkdir)(name, mode);
}

DIR *fdopendir(int fd)
{
	int fail = point(FAILPOINT_OPEN, false);
	if (fail > 0) {
		errno = fail;
		return NULL;
	}
	return REAL(fdopendir)(fd);
}

struct dirent *readdir(DIR *folder)
{
	int fail = point(FAILPOINT_READ, false);
	if (fail > 0) {
		errno = fail;
		return NULL;
	}
	return REAL(readdir)(folder);
}

/* --- sockets and processes -------------------------------------------------------------------- */

int socket(int domain, int type, int protocol)
{
	FAIL(FAILPOINT_SOCKET);
	return (int)syscall(SYS_socket, domain, type, protocol);
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
	FAIL(FAILPOINT_SOCKET);
	return (int)syscall(SYS_socketpair, domain, type, protocol, fds);
}

int pipe(int fds[2])
{
	FAIL(FAILPOINT_SOCKET);
	return (int)syscall(SYS_pipe2, fds, 0);
}

int connect(int fd, const struct sockaddr *address, socklen_t size)
{
	FAIL(FAILPOINT_TALK);
	return (int)syscall(SYS_connect, fd, address, size);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
	int fail = point(FAILPOINT_TALK, true);
	if (fail > 0) {
		errno = fail;
		return -1;
	}
	ssize_t n = syscall(SYS_sendto, fd, bytes, fail < 0 ? (size + 1) / 2 : size, flags, NULL, 0);
	if (fail < 0)
		die_if_torn();
	return n;
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	FAIL(FAILPOINT_TALK);
	return syscall(SYS_sendmsg, fd, m, flags);
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
	int fail = point(FAILPOINT_TALK, true);
	if (fail > 0) {
		errno = fail;
		return -1;
	}
	ssize_t n =
	    syscall(SYS_recvfrom, fd, bytes, fail < 0 && size > 1 ? 1 : size, flags, NULL, NULL);
	if (fail < 0)
		die_if_torn();
	return n;
}
#ifdef __GLIBC__
ssize_t __recv_chk(int fd, void *bytes, size_t size, size_t room, int flags);
ssize_t __recv_chk(int fd, void *bytes, size_t size, size_t room, int flags)
{
	(void)room;
	return recv(fd, bytes, size, flags);
}
#endif

ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
	FAIL(FAILPOINT_TALK);
	return syscall(SYS_recvmsg, fd, m, flags);
}

pid_t fork(void)
{
	FAIL(FAILPOINT_PROCESS);
	return REAL(fork)();
}

int execv(const char *path, char *const argv[])
{
	FAIL(FAILPOINT_PROCESS);
	return REAL(execv)(path, argv);
}

pid_t waitpid(pid_t pid, int *status, int flags)
{
	FAIL(FAILPOINT_PROCESS);
	return (pid_t)syscall(SYS_wait4, pid, status, flags, NULL);
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	FAIL(FAILPOINT_TALK);
	return REAL(poll)(fds, count, timeout);
}
