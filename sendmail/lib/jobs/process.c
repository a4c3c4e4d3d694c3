/* Starting programs, and asking for it. */
#include "jobs/process.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/fdpass.h"
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
#include <sys/wait.h>
#include <unistd.h>

#define ABOVE 16 /* no descriptor has a place so high */
#define ANSWER_MS 10000

static const struct {
	const char *name;
	int places[PROCESS_FDS_MAX];
	int last;
} programs[PROCESS_PROGRAMS] = {
    {"relay", {PROCESS_FD_JOBS, PROCESS_FD_ORDERS, PROCESS_FD_LOCK, PROCESS_FD_LEDGER},
        PROCESS_FD_LEDGER},
    {"mbox", {PROCESS_FD_JOBS, PROCESS_FD_ORDERS, PROCESS_FD_LOCK, PROCESS_FD_LEDGER},
        PROCESS_FD_STARTER},
    {"mailbox", {STDIN_FILENO, STDOUT_FILENO, -1, -1}, STDERR_FILENO},
};

static int starter_fd = -1;
static bool starter_gone;

/* Ends that were told while something else was waited for. */
static struct process_packet *ended;
static size_t ended_count;

void process_use_starter(int fd)
{
	starter_fd = fd;
}

int process_starter_fd(void)
{
	return starter_fd;
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
	snprintf(path, sizeof path, "%s/%s", paths_libexec(), programs[program].name);
	log_close();
	setpgid(0, 0);
	reset_signals();
	if (place_fds(program, fds, count, extra))
		execv(path, words);
}

static pid_t start_here(enum process_program program, const int *fds, int count)
{
	char jobs[] = "--jobs";
	char *words[] = {(char *)(uintptr_t)programs[program].name, jobs, NULL};
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	if (program == PROCESS_MAILBOX)
		words[1] = NULL;
	process_become(program, fds, count, -1, words);
	_exit(127);
}

bool process_send(int socket, const struct process_packet *p, const int *fds, int count)
{
	return fdpass_send(socket, p, sizeof *p, fds, count, MSG_DONTWAIT) == (ssize_t)sizeof *p;
}

int process_receive(int socket, struct process_packet *p, int *fds, int *count)
{
	bool whole;
	*count = 0;
	ssize_t n = fdpass_receive(socket, p, sizeof *p, fds, count, PROCESS_FDS_MAX, &whole);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || fdio_rests()))
		return 0;
	if (n == (ssize_t)sizeof *p && whole)
		return 1;
	while (*count > 0)
		close(fds[--*count]);
	return -1;
}

/* What the starter says, until it is an answer to a start (true), or nothing is left. */
static bool hear_starter(struct process_packet *answer)
{
	struct process_packet p;
	int fds[PROCESS_FDS_MAX], count, n;
	while (!starter_gone && (n = process_receive(starter_fd, &p, fds, &count)) != 0) {
		while (n > 0 && count > 0)
			close(fds[--count]);
		starter_gone = n < 0;
		if (n > 0 && p.verb == PROCESS_ENDED) {
			ended = mem_resize(ended, ended_count + 1, sizeof *ended);
			ended[ended_count++] = p;
		} else if (n > 0 && p.verb == PROCESS_STARTED && answer != NULL) {
			*answer = p;
			return true;
		}
	}
	return false;
}

static void wait_for_starter(int64_t left_ms)
{
	struct pollfd p = {.fd = starter_fd, .events = POLLIN};
	poll(&p, 1, left_ms > 0 ? (int)left_ms : 0);
}

static pid_t ask_starter(enum process_program program, const int *fds, int count)
{
	struct process_packet p = {.verb = PROCESS_START, .number = (int32_t)program}, answer;
	int64_t end_ms = clock_mono_ms() + ANSWER_MS;
	hear_starter(NULL);
	if (starter_gone || !process_send(starter_fd, &p, fds, count))
		return -1;
	while (!hear_starter(&answer)) {
		int64_t left_ms = end_ms - clock_mono_ms();
		if (starter_gone || left_ms <= 0) {
			starter_gone = true; /* its next answer would be taken for another start's */
			errno = ETIMEDOUT;
			return -1;
		}
		wait_for_starter(left_ms);
	}
	if (answer.pid <= 0)
		errno = answer.number;
	return answer.pid > 0 ? (pid_t)answer.pid : -1;
}

pid_t process_start(enum process_program program, const int *fds, int count)
{
	return starter_fd >= 0 ? ask_starter(program, fds, count) : start_here(program, fds, count);
}

void process_signal(pid_t pid, int signal_number)
{
	struct process_packet p = {.verb = PROCESS_SIGNAL,
	    .pid = (int32_t)pid,
	    .number = signal_number};
	if (starter_fd >= 0)
		process_send(starter_fd, &p, NULL, 0);
	else if (kill(-pid, signal_number) != 0)
		kill(pid, signal_number);
}

bool process_look(void)
{
	if (starter_fd >= 0)
		hear_starter(NULL);
	return !starter_gone;
}

static bool take_end(pid_t pid, int *status)
{
	for (size_t i = 0; i < ended_count; i++) {
		if (ended[i].pid != (int32_t)pid)
			continue;
		*status = ended[i].number;
		ended[i] = ended[--ended_count];
		return true;
	}
	return false;
}

/* Of one whose starter is gone nobody can say how it ended. */
static bool has_ended(pid_t pid, int *status)
{
	if (starter_fd < 0) {
		pid_t found = waitpid(pid, status, WNOHANG);
		return found == pid || (found < 0 && errno == ECHILD);
	}
	hear_starter(NULL);
	return take_end(pid, status) || starter_gone;
}

bool process_reap(pid_t pid, int64_t limit_ms, int *status)
{
	int64_t end_ms = clock_mono_ms() + limit_ms;
	*status = 0;
	while (!has_ended(pid, status)) {
		int64_t left_ms = end_ms - clock_mono_ms();
		if (left_ms <= 0)
			return false;
		if (starter_fd >= 0)
			wait_for_starter(left_ms);
		else
			poll(NULL, 0, left_ms < 5 ? (int)left_ms : 5);
	}
	return true;
}
