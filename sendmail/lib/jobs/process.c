/* Starting programs, and asking for it. */
#include "jobs/process.h"
#include "jobs/process_line.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/paths.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ABOVE 16 /* no descriptor has a place so high */
#define ANSWER_MS 10000

static const struct {
	int places[PROCESS_FDS_MAX];
	int last;
} programs[PROCESS_PROGRAMS] = {
    [PROCESS_RELAY] = {{PROCESS_FD_JOBS, PROCESS_FD_ORDERS, PROCESS_FD_LOCK, PROCESS_FD_LEDGER},
        PROCESS_FD_LEDGER},
    [PROCESS_MBOX] = {{PROCESS_FD_JOBS, PROCESS_FD_ORDERS, PROCESS_FD_LOCK, PROCESS_FD_LEDGER},
        PROCESS_FD_STARTER},
    [PROCESS_MAILBOX] = {{STDIN_FILENO, STDOUT_FILENO, -1, -1}, STDERR_FILENO},
    [PROCESS_FILTERS] = {{PROCESS_FD_JOBS, PROCESS_FD_ORDERS, PROCESS_FD_LOCK, PROCESS_FD_LEDGER},
        PROCESS_FD_STARTER},
    [PROCESS_FILTER] = {{STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, -1}, STDERR_FILENO},
    [PROCESS_SMTPD] = {{STDIN_FILENO, -1, -1, -1}, STDERR_FILENO},
};

/* One for everything, or (by_units) one for each of unit_names. */
static struct starter {
	int fd;
	bool gone;
} starters[PROCESS_STARTERS_MAX] = {{.fd = -1}, {.fd = -1}, {.fd = -1}};
static bool by_units;

/* Ends that were reported while something else was waited for. */
struct end {
	const struct starter *starter;
	struct process_line line;
};
static struct end *ended;
static size_t ended_count;

/* Who has started what. */
struct started {
	pid_t pid;
	struct starter *starter;
};
static struct started *started;
static size_t started_count;

void process_use_starter(int fd)
{
	starters[0].fd = fd;
}

bool process_begin(int argc, char **argv, const char *log_name)
{
	if (fcntl(PROCESS_FD_STARTER, F_GETFD) >= 0)
		process_use_starter(PROCESS_FD_STARTER);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	tzset();
	log_start(log_name, LOG_TO_STDERR);
	return argc >= 2 && strcmp(argv[1], "--jobs") == 0;
}

void process_use_units(void)
{
	by_units = true;
}

bool process_by_units(void)
{
	return by_units;
}

int process_starter_fd(int i)
{
	return starters[i].fd;
}

void process_leave_starters(void)
{
	for (int i = 0; i < PROCESS_STARTERS_MAX; i++) {
		if (starters[i].fd >= 0)
			close(starters[i].fd);
		starters[i].fd = -1;
	}
}

/* -1 with errno. */
static int connect_to_unit(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int n = snprintf(address.sun_path, sizeof address.sun_path, PROCESS_UNIT_FOLDER "/%s",
	    paths_run(), name);
	if (fd >= 0 && n < (int)sizeof address.sun_path &&
	    connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	int saved = errno;
	log_line(LOG_ERR,
	    "the unit that starts programs cannot be reached at %s: %s; systemctl status "
	    "firsthop-%s.socket",
	    address.sun_path, strerror(saved), name);
	if (fd >= 0)
		close(fd);
	errno = saved;
	return -1;
}

/* NULL: there is none, the caller starts it.  Its fd is -1 with errno where it cannot be reached.
 */
static struct starter *starter_of(enum process_program program)
{
	static const char *const unit_names[PROCESS_STARTERS_MAX] = {"relay", "local", "filter"};
	int unit = !by_units ? 0 : program == PROCESS_RELAY ? 0 : program == PROCESS_FILTERS ? 2 : 1;
	struct starter *s = &starters[unit];
	if (by_units && s->fd < 0)
		s->fd = connect_to_unit(unit_names[unit]);
	return by_units || s->fd >= 0 ? s : NULL;
}

static struct starter *starter_of_pid(pid_t pid)
{
	for (size_t i = 0; i < started_count; i++) {
		if (started[i].pid == pid)
			return started[i].starter;
	}
	return NULL;
}

static void forget_pid(pid_t pid)
{
	for (size_t i = 0; i < started_count; i++) {
		if (started[i].pid == pid) {
			started[i] = started[--started_count];
			return;
		}
	}
}

/* Out of the way first: a place may be the number of another one. */
static bool place_fds(enum process_program program, const int *fds, int count, int extra)
{
	int high[PROCESS_FDS_MAX + 1];
	for (int i = 0; i <= count; i++) {
		int fd = i < count ? fds[i] : extra;
		high[i] = fd < 0 ? -1 : fcntl(fd, F_DUPFD, ABOVE);
		if (fd >= 0 && high[i] < 0)
			return false;
	}
	for (int fd = STDERR_FILENO + 1; fd <= programs[program].last; fd++)
		close(fd);
	for (int i = 0; i < count; i++) {
		if (dup2(high[i], programs[program].places[i]) < 0)
			return false;
	}
	if (extra >= 0 && dup2(high[count], PROCESS_FD_STARTER) < 0)
		return false;
	compat_closefrom(programs[program].last + 1);
	return true;
}

/* What was ignored or kept out would stay so in the program. */
static void reset_signals(void)
{
	static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGCHLD, SIGUSR1, SIGUSR2,
	    SIGTSTP, SIGTTIN, SIGTTOU};
	sigset_t none;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		signal(numbers[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void process_become(enum process_program program, const int *fds, int count, int extra,
    char *const words[])
{
	char path[1024];
	snprintf(path, sizeof path, "%s/%s", paths_libexec(), process_program_name(program));
	log_close();
	setpgid(0, 0);
	reset_signals();
	if (place_fds(program, fds, count, extra))
		execv(path, words);
}

static pid_t start_here(enum process_program program, const int *fds, int count)
{
	char jobs[] = "--jobs";
	char *words[] = {(char *)(uintptr_t)process_program_name(program), jobs, NULL};
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	if (program == PROCESS_MAILBOX || program == PROCESS_FILTER || program == PROCESS_SMTPD)
		words[1] = NULL;
	process_become(program, fds, count, -1, words);
	_exit(PROCESS_NOT_RUN);
}

static void keep_end(const struct starter *s, const struct process_line *l)
{
	ended = mem_resize(ended, ended_count + 1, sizeof *ended);
	ended[ended_count++] = (struct end){s, *l};
}

/* What a starter says, until it is an answer to a start (true), or nothing is left. */
static bool hear_starter(struct starter *s, struct process_line *answer)
{
	struct process_line l;
	int fds[PROCESS_FDS_MAX], count, n;
	while (s->fd >= 0 && !s->gone &&
	       (n = process_line_receive(s->fd, &process_answered, &l, fds, &count)) != 0) {
		while (n > 0 && count > 0)
			close(fds[--count]);
		s->gone = n < 0;
		if (n > 0 && l.verb == PROCESS_ENDED) {
			keep_end(s, &l);
		} else if (n > 0 && answer != NULL) {
			*answer = l;
			return true;
		}
	}
	return false;
}

static void wait_for_starter(const struct starter *s, int64_t left_ms)
{
	struct pollfd p = {.fd = s->fd, .events = POLLIN};
	poll(&p, 1, left_ms > 0 ? (int)left_ms : 0);
}

static pid_t ask_starter(struct starter *s, enum process_program program, const int *fds, int count)
{
	struct process_line l = {.verb = PROCESS_START, .number = (int)program}, answer;
	int64_t end_ms = clock_mono_ms() + ANSWER_MS;
	if (s->fd < 0)
		return -1;
	hear_starter(s, NULL);
	if (s->gone || !process_line_send(s->fd, &process_asked, &l, fds, count))
		return -1;
	while (!hear_starter(s, &answer)) {
		int64_t left_ms = end_ms - clock_mono_ms();
		if (s->gone || left_ms <= 0) {
			s->gone = true; /* its next answer would be taken for another start's */
			errno = ETIMEDOUT;
			return -1;
		}
		wait_for_starter(s, left_ms);
	}
	if (answer.verb == PROCESS_REFUSED) {
		errno = answer.number;
		return -1;
	}
	started = mem_resize(started, started_count + 1, sizeof *started);
	started[started_count++] = (struct started){answer.pid, s};
	return answer.pid;
}

pid_t process_start(enum process_program program, const int *fds, int count)
{
	struct starter *s = starter_of(program);
	return s != NULL ? ask_starter(s, program, fds, count) : start_here(program, fds, count);
}

void process_signal(pid_t pid, int signal_number)
{
	const struct starter *s = starter_of_pid(pid);
	struct process_line l = {.verb = PROCESS_SIGNAL, .pid = pid, .number = signal_number};
	if (s != NULL)
		process_line_send(s->fd, &process_asked, &l, NULL, 0);
	else if (kill(-pid, signal_number) != 0)
		kill(pid, signal_number);
}

bool process_look(void)
{
	bool all = true;
	for (int i = 0; i < PROCESS_STARTERS_MAX; i++) {
		hear_starter(&starters[i], NULL);
		all = all && !starters[i].gone;
	}
	return all;
}

static bool take_end(const struct starter *s, pid_t pid, int *status)
{
	for (size_t i = 0; i < ended_count; i++) {
		if (ended[i].starter != s || ended[i].line.pid != pid)
			continue;
		*status = ended[i].line.number;
		ended[i] = ended[--ended_count];
		return true;
	}
	return false;
}

/* Of one whose starter is gone nobody can say how it ended. */
static bool has_ended(struct starter *s, pid_t pid, int *status)
{
	if (s == NULL) {
		pid_t found = waitpid(pid, status, WNOHANG);
		return found == pid || (found < 0 && errno == ECHILD);
	}
	hear_starter(s, NULL);
	return take_end(s, pid, status) || s->gone;
}

bool process_reap(pid_t pid, int64_t limit_ms, int *status)
{
	struct starter *s = starter_of_pid(pid);
	int64_t end_ms = clock_mono_ms() + limit_ms;
	*status = 0;
	while (!has_ended(s, pid, status)) {
		int64_t left_ms = end_ms - clock_mono_ms();
		if (left_ms <= 0)
			return false;
		if (s != NULL)
			wait_for_starter(s, left_ms);
		else
			poll(NULL, 0, left_ms < 5 ? (int)left_ms : 5);
	}
	forget_pid(pid);
	return true;
}
