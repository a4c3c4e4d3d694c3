/* confined session|submit FOLDER FILE PID: does what programs do before they look at strangers' bytes, with the same object file, and then tries what a
   stranger who took them over would.  TAP on standard output; "# SKIP" when this system has no confinement. */
#include "base/sandbox.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int count;

static void result(int good, const char *what)
{
	printf("%s %d - %s%s%s\n", good ? "ok" : "not ok", ++count, what, good ? "" : ": ", good ? "" : strerror(errno));
	fflush(stdout);
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

static void session(const char *folder, const char *file, pid_t other)
{
	struct sockaddr_in tcp = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	char byte;
	int pair[2], known = open(file, O_RDONLY);
	char *argv[] = {(char[]){"/bin/true"}, NULL};
	time_t now = time(NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 || known < 0)
		exit(1);
	enum sandbox_result done = sandbox_session();
	if (done == SANDBOX_NONE) {
		printf("1..0 # SKIP this system has no confinement\n");
		exit(0);
	}
	result(done == SANDBOX_DONE, "the session is confined");
	fails(open(file, O_RDONLY), "it cannot open a file for reading");
	fails(open(file, O_WRONLY), "nor for writing");
	fails(openat(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY), "nor a folder");
	fails(unlink(file), "nor remove a file");
	fails(mkdir("confined.new", 0700), "nor make a folder");
	fails(chmod(file, 0777), "nor change a mode");
	fails(try_connect(AF_INET, &tcp, sizeof tcp) < 0 && errno != ECONNREFUSED ? -1 : 0, "nor connect");
	fails(socket(AF_INET, SOCK_DGRAM, 0), "nor get a socket for datagrams");
	fails(execv(argv[0], argv), "nor run a program");
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	fails(pid, "nor fork");
	fails(kill(other, SIGTERM), "nor signal another process");
	fails(kill(getppid(), 0), "nor its parent");
	fails(ptrace(PTRACE_ATTACH, other, NULL, NULL), "nor trace one");
	result(read(known, &byte, 1) == 1, "what is open can be read");
	result(write(pair[0], "x", 1) == 1 && read(pair[1], &byte, 1) == 1, "and written");
	result(localtime(&now) != NULL, "and the time is known");
}

static void submit(const char *folder, const char *file, pid_t other)
{
	char path[1024];
	char *argv[] = {(char[]){"/bin/true"}, NULL};
	int drop = open(folder, O_RDONLY | O_DIRECTORY);
	(void)other;
	if (drop < 0)
		exit(1);
	enum sandbox_result done = sandbox_submit(drop, false);
	if (done == SANDBOX_NONE) {
		printf("1..0 # SKIP this system has no confinement for submission\n");
		exit(0);
	}
	snprintf(path, sizeof path, "%s/other", folder);
	result(done == SANDBOX_DONE, "submission is confined");
	fails(open(file, O_RDONLY), "it cannot open a file elsewhere");
	fails(open("/etc/passwd", O_RDONLY), "not even a public one");
	fails(open(path, O_RDONLY), "nor read one in drop/");
	fails(openat(drop, ".", O_RDONLY | O_DIRECTORY), "nor list drop/");
	fails(openat(drop, "../new", O_WRONLY | O_CREAT, 0600), "nor make one beside it");
	fails(symlinkat("/etc/passwd", drop, "link"), "nor a symbolic link in it");
	fails(mkdirat(drop, "folder", 0700), "nor a folder");
	fails(renameat(drop, "other", AT_FDCWD, file), "nor move something out");
	fails(execv(argv[0], argv), "nor run a program");
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
