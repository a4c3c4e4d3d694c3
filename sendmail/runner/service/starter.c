/* The starter's loop.  Its other ends may have been taken over: a line that makes no sense ends
 * the talk with whoever sent it. */
#include "base/compat.h"
#include "base/fdio.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/sandbox.h"
#include "base/signals.h"
#include "base/text.h"
#include "jobs/process_line.h"
#include "runner/service/starter.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define CLIENTS_MAX 40 /* the runner, and each mbox or filters */
#define CHILDREN_MAX 200
#define RESEND_MS 1000 /* until an end that its client had no room for is sent again */
#define LISTEN_FD 3    /* sd_listen_fds(3) */

extern char **environ;

struct client {
	int fd;
	bool is_runner;
	enum process_program is; /* of one that is not: PROCESS_MBOX or PROCESS_FILTERS */
};

struct child {
	pid_t pid;
	int client; /* fd of who asked for it; -1 = gone */
	bool ended; /* with this status, which its client has not heard yet */
	int status;
};

static struct {
	struct starter_rights rights;
	struct client clients[CLIENTS_MAX];
	int client_count;
	struct child children[CHILDREN_MAX];
	int child_count;
	bool starts[PROCESS_PROGRAMS]; /* for a runner */
	bool is_unit;
	int listen_fd; /* of a unit; else -1 */
} s;

static void on_child(int number)
{
	(void)number;
}

/* The end of the runner is seen at its socket; a signal for a whole group or control group is meant
 * for the runner. */
static void set_signals(sigset_t *while_waiting)
{
	static const int caught[] = {SIGCHLD, 0},
	                 ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGUSR1, SIGUSR2,
	                     SIGALRM, SIGTSTP, SIGTTIN, SIGTTOU, 0};
	signals_only_while_waiting(on_child, caught, ignored, while_waiting);
}

static void drop_client(int index)
{
	int fd = s.clients[index].fd;
	for (int i = 0; i < s.child_count; i++) {
		if (s.children[i].client == fd)
			s.children[i].client = -1;
	}
	close(fd);
	s.clients[index] = s.clients[--s.client_count];
}

/* Those that have programs of their own started for them, as other users. */
static bool is_middle(enum process_program program)
{
	return program == PROCESS_MBOX || program == PROCESS_FILTERS;
}

/* mbox and filters are nobody but the owner of the queue.  mailbox and filter are root until they
 * have become who they should be, as the first thing they do; so is relay, but in a unit,
 * where it is nobody from the start. */
static bool take_rights(enum process_program program)
{
	const struct rlimit no_core = {0, 0};
	if (setrlimit(RLIMIT_CORE, &no_core) != 0)
		return false;
	if (!is_middle(program))
		return true;
	return setgroups(1, &s.rights.gid) == 0 && compat_set_group(s.rights.gid) == 0 &&
	       compat_set_user(s.rights.uid) == 0;
}

static void become(enum process_program program, const int *fds, int count, int extra)
{
	static char relay[] = "relay", mbox[] = "mbox", mailbox[] = "mailbox", filters[] = "filters",
	            filter[] = "filter", smtpd[] = "smtpd", jobs[] = "--jobs", uid[24], gid[24],
	            network_uid[24], network_gid[24];
	char *const of_relay[] = {relay, jobs, uid, gid, network_uid, network_gid, NULL},
	            *const of_unit[] = {relay, jobs, NULL}, *const of_mbox[] = {mbox, jobs, NULL},
	            *const of_mailbox[] = {mailbox, uid, NULL},
	            *const of_filters[] = {filters, jobs, NULL},
	            *const of_filter[] = {filter, uid, NULL}, *const of_smtpd[] = {smtpd, NULL},
	            *const *const of[PROCESS_PROGRAMS] = {s.is_unit ? of_unit : of_relay, of_mbox,
	                of_mailbox, of_filters, of_filter, of_smtpd};
	snprintf(uid, sizeof uid, "%lu", (unsigned long)s.rights.uid);
	snprintf(gid, sizeof gid, "%lu", (unsigned long)s.rights.gid);
	snprintf(network_uid, sizeof network_uid, "%lu", (unsigned long)s.rights.network_uid);
	snprintf(network_gid, sizeof network_gid, "%lu", (unsigned long)s.rights.network_gid);
	if (take_rights(program))
		process_become(program, fds, count, extra, of[program]);
	log_line(LOG_CRIT, "a program cannot be started: %s", strerror(errno));
	_exit(PROCESS_NOT_RUN);
}

/* The runner starts what works for it; mbox and filters only what is theirs. */
static bool may_ask(const struct client *c, enum process_program program, int count)
{
	if (c->is_runner)
		return s.starts[program] && (program == PROCESS_SMTPD ? count == 1 : count >= 3);
	return c->is == PROCESS_MBOX ? program == PROCESS_MAILBOX && count == 2
	                             : program == PROCESS_FILTER && count == 3;
}

/* 0 or an errno. */
static int start(const struct client *c, enum process_program program, const int *fds, int count,
    pid_t *pid)
{
	int pair[2] = {-1, -1};
	*pid = -1;
	if (!may_ask(c, program, count))
		return EPERM;
	if (s.child_count == CHILDREN_MAX || (is_middle(program) && s.client_count == CLIENTS_MAX))
		return EAGAIN;
	if (is_middle(program) && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return errno;
	*pid = fork();
	if (*pid == 0)
		become(program, fds, count, pair[1]);
	int error = *pid < 0 ? errno : 0;
	if (pair[1] >= 0)
		close(pair[1]);
	if (error != 0 && pair[0] >= 0)
		close(pair[0]);
	if (error != 0)
		return error;
	s.children[s.child_count++] = (struct child){.pid = *pid, .client = c->fd};
	if (pair[0] >= 0)
		s.clients[s.client_count++] = (struct client){.fd = pair[0], .is = program};
	return 0;
}

/* Only what this client has asked for, and only as long as it has not been reaped: another process
 * may have its number then. */
static bool send_signal(const struct client *c, pid_t pid, int number)
{
	if (number != SIGTERM && number != SIGKILL)
		return false;
	for (int i = 0; i < s.child_count; i++) {
		struct child *child = &s.children[i];
		if (child->pid == pid && child->client == c->fd && !child->ended && kill(-pid, number) != 0)
			kill(pid, number);
	}
	return true;
}

/* One request; false when the client is gone, or made no sense. */
static bool serve(const struct client *c)
{
	struct process_line l;
	int fds[PROCESS_FDS_MAX], count;
	pid_t pid = -1;
	int n = process_line_receive(c->fd, &process_asked, &l, fds, &count);
	bool good = n > 0;
	if (good && l.verb == PROCESS_START) {
		int error = start(c, (enum process_program)l.number, fds, count, &pid);
		l = (struct process_line){.verb = error == 0 ? PROCESS_STARTED : PROCESS_REFUSED,
		    .pid = pid,
		    .number = error};
		good = process_line_send(c->fd, &process_answered, &l, NULL, 0);
	} else if (good) {
		good = send_signal(c, l.pid, l.number);
	}
	while (n > 0 && count > 0)
		close(fds[--count]);
	return good || n == 0;
}

static void reap(void)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < s.child_count; i++) {
			if (s.children[i].pid == pid && !s.children[i].ended) {
				s.children[i].ended = true;
				s.children[i].status = status;
			}
		}
	}
}

/* True when one is left that could not be sent. */
static bool send_ends(void)
{
	bool left = false;
	for (int i = s.child_count - 1; i >= 0; i--) {
		const struct child *c = &s.children[i];
		struct process_line l = {.verb = PROCESS_ENDED, .pid = c->pid, .number = c->status};
		if (!c->ended)
			continue;
		if (c->client >= 0 && !process_line_send(c->client, &process_answered, &l, NULL, 0) &&
		    (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS))
			left = true;
		else
			s.children[i] = s.children[--s.child_count];
	}
	return left;
}

/* A runner.  Root is none: mbox would be root. */
static void accept_runner(void)
{
	uid_t uid;
	gid_t gid;
	int fd = compat_accept(s.listen_fd);
	if (fd < 0)
		return;
	bool known = compat_peer(fd, &uid, &gid) == 0 && uid != 0 && gid != 0 &&
	             (s.rights.uid == 0 || s.rights.uid == uid);
	if (!known || s.client_count == CLIENTS_MAX || !fdio_nonblocking(fd)) {
		log_line(LOG_ERR, "a program that is no runner, or one too many, is refused");
		close(fd);
		return;
	}
	s.rights.uid = uid;
	s.rights.gid = gid;
	s.clients[s.client_count++] = (struct client){.fd = fd, .is_runner = true};
}

/* One wait, and what it brought.  A unit waits for its first client. */
static void turn(const sigset_t *mask)
{
	struct pollfd p[CLIENTS_MAX + 1];
	const struct timespec again = {.tv_sec = RESEND_MS / 1000};
	bool left = send_ends();
	int count = s.client_count;
	for (int i = 0; i < count; i++)
		p[i] = (struct pollfd){.fd = s.clients[i].fd, .events = POLLIN};
	p[count] = (struct pollfd){.fd = s.listen_fd, .events = POLLIN};
	bool waits = count > 0 || s.child_count > 0 || (s.listen_fd >= 0 && s.rights.uid == 0);
	bool ready = waits && compat_poll(p, (nfds_t)count + 1, left ? &again : NULL, mask) > 0;
	/* From the end: one that goes is replaced by the last. */
	for (int i = count - 1; i >= 0 && ready; i--) {
		if (p[i].revents != 0 && !serve(&s.clients[i]))
			drop_client(i);
	}
	if (ready && p[count].revents != 0)
		accept_runner();
	reap();
}

static void run(void)
{
	sigset_t mask;
	set_signals(&mask);
	do
		turn(&mask);
	while (s.client_count > 0 || s.child_count > 0);
}

/* Of its parent it keeps the socket, and what its children may write to. */
static void become_starter(int socket, bool in_foreground)
{
	log_close();
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && null >= 0; fd++) {
		if (fd == STDIN_FILENO || !in_foreground)
			dup2(null, fd);
	}
	int fd = fcntl(socket, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	for (int other = STDERR_FILENO + 1; other < fd; other++)
		close(other);
	compat_closefrom(fd + 1);
	log_start("firsthop-starter", LOG_TO_SYSLOG | (in_foreground ? LOG_TO_STDERR : 0));
	if (!in_foreground)
		setsid();
	if (fd < 0 || null < 0 || chdir("/") != 0 || setgroups(0, NULL) != 0 ||
	    compat_set_group(0) != 0 || compat_set_user(0) != 0) {
		log_line(LOG_CRIT, "the starter cannot begin: %s", strerror(errno));
		_exit(1);
	}
	s.clients[s.client_count++] = (struct client){.fd = fd, .is_runner = true};
	s.starts[PROCESS_RELAY] = s.starts[PROCESS_MBOX] = s.starts[PROCESS_FILTERS] = true;
	s.starts[PROCESS_SMTPD] = true;
	run();
	_exit(0);
}

int starter_fork(const struct starter_rights *rights, bool in_foreground)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return -1;
	s.rights = *rights;
	s.listen_fd = -1;
	pid_t pid = fork();
	if (pid == 0)
		become_starter(pair[1], in_foreground);
	int saved = errno;
	close(pair[1]);
	if (pid > 0)
		return pair[0];
	close(pair[0]);
	errno = saved;
	return -1;
}

/* One socket, and it is for this process. */
static bool is_given_socket(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	long long number;
	return pid != NULL && text_number(pid, 1, INT32_MAX, &number) && number == getpid() &&
	       count != NULL && strcmp(count, "1") == 0 && fcntl(LISTEN_FD, F_GETFD) >= 0;
}

int starter_serve(const char *part)
{
	static char *nothing[1];
	static const struct {
		const char *part;
		enum process_program starts;
		bool as_root;
	} parts[] = {{"relay", PROCESS_RELAY, false}, {"local", PROCESS_MBOX, true},
	    {"filter", PROCESS_FILTERS, true}};
	size_t i = 0, count = sizeof parts / sizeof parts[0];
	while (i < count && strcmp(parts[i].part, part) != 0)
		i++;
	bool given = is_given_socket();
	if (!paths_private())
		environ = nothing;
	if (i == count || !given || parts[i].as_root != (geteuid() == 0)) {
		fprintf(stderr,
		    "runner: --starter relay|local|filter is for the units firsthop-relay.service (a user "
		    "of its own), firsthop-local.service and firsthop-filter.service (root), with their "
		    "sockets\n");
		return EX_USAGE;
	}
	compat_closefrom(LISTEN_FD + 1);
	if (fcntl(LISTEN_FD, F_SETFD, FD_CLOEXEC) != 0 || !fdio_nonblocking(LISTEN_FD) ||
	    chdir("/") != 0)
		return EX_OSERR;
	log_start("firsthop-starter", LOG_TO_SYSLOG);
	sandbox_hide();
	memset(&s, 0, sizeof s);
	s.listen_fd = LISTEN_FD;
	s.is_unit = true;
	s.starts[parts[i].starts] = true;
	run();
	return EX_OK;
}
