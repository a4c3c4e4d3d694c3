/* The caller's end of mailq/watch.h. */
#include "submit/follow.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/paths.h"
#include "base/text.h"
#include "submit/startup.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define ANSWER_MS 3000
#define TALK_MS 330000 /* the watcher has limits of its own; these are for one that is stopped */
#define WAIT_MS 40000

static struct {
	int fd;
	pid_t pid; /* 0: nobody watches */
	bool talks, announced;
	int log_fd; /* 0: none */
} watcher;

static int refuse_log(const char *file, const char *words)
{
	TEXT(safe, 300);
	text_escape(&safe, file, strlen(file));
	fprintf(stderr, "sendmail: option -X%s%s: %s; -v shows the same on standard output\n",
	    *file != '\0' ? " " : "", safe.data, words);
	return EX_USAGE;
}

int follow_open_log(const struct options *o)
{
	struct stat st;
	if (o->traffic == NULL)
		return EX_OK;
	if (!isatty(STDOUT_FILENO) && !isatty(STDERR_FILENO))
		return refuse_log(o->traffic, "a file is written only for somebody at a terminal");
	startup_group_aside();
	int fd = open(o->traffic,
	    O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	int problem = errno;
	startup_group_back();
	if (fd < 0)
		return refuse_log(o->traffic, strerror(problem));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != getuid() || st.st_nlink != 1) {
		close(fd);
		return refuse_log(o->traffic, "only a plain file of your own is written, and no link");
	}
	watcher.log_fd = fd;
	return EX_OK;
}

static void become_watcher(int fd, bool talk)
{
	char path[1024];
	dup2(fd, STDIN_FILENO);
	if (watcher.log_fd == STDERR_FILENO + 1)
		fcntl(watcher.log_fd, F_SETFD, 0);
	else if (watcher.log_fd != 0)
		dup2(watcher.log_fd, STDERR_FILENO + 1);
	snprintf(path, sizeof path, "%s/mailq", paths_libexec());
	startup_group_give_up();
	if (watcher.log_fd != 0)
		execl(path, "mailq", "--watch-log", talk ? "--watch" : (char *)NULL, (char *)NULL);
	else
		execl(path, "mailq", talk ? "--watch" : "--wait", (char *)NULL);
	_exit(EX_OSFILE);
}

void follow_start(const struct options *o)
{
	int sockets[2];
	if (o->queue_only || (!o->verbose && !o->wait && watcher.log_fd == 0) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
		return;
	watcher.talks = o->verbose || watcher.log_fd != 0;
	pid_t pid = fork();
	if (pid == 0)
		become_watcher(sockets[1], o->verbose);
	close(sockets[1]);
	watcher.fd = sockets[0];
	watcher.pid = pid > 0 ? pid : 0;
}

/* Sends the line, and frees it. */
static void say(struct buffer *line)
{
	send(watcher.fd, line->data, line->length, MSG_NOSIGNAL);
	buffer_free(line);
}

/* A byte, or the end of the watcher; false when it takes too long. */
static bool wait_for_watcher(int64_t limit_ms)
{
	struct pollfd p = {.fd = watcher.fd, .events = POLLIN};
	int64_t until_ms = clock_mono_ms() + limit_ms, left_ms = limit_ms;
	int ready;
	while ((ready = poll(&p, 1, (int)left_ms)) < 0 && errno == EINTR) {
		left_ms = until_ms - clock_mono_ms();
		left_ms = left_ms > 0 ? left_ms : 0;
	}
	return ready > 0;
}

void follow_announce(const char *id)
{
	struct buffer line = {0};
	char byte;
	if (watcher.pid == 0 || watcher.announced)
		return;
	watcher.announced = true;
	follow_put_id(&line, id);
	say(&line);
	wait_for_watcher(ANSWER_MS);
	recv(watcher.fd, &byte, 1, MSG_DONTWAIT);
}

bool follow_stored(const char *id, enum follow_runner runner)
{
	struct buffer line = {0};
	int status = 1;
	if (watcher.pid == 0)
		return false;
	follow_announce(id);
	follow_put_go(&line, runner);
	say(&line);
	bool ended = wait_for_watcher(watcher.talks ? TALK_MS : WAIT_MS) &&
	             waitpid(watcher.pid, &status, 0) == watcher.pid;
	close(watcher.fd);
	watcher.pid = 0;
	return ended && WIFEXITED(status) && WEXITSTATUS(status) == EX_OK;
}
