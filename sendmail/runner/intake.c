/* Who is served, and when. */
#include "runner/intake.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/log.h"
#include "base/paths.h"
#include "runner/submission.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define CHILDREN_MAX 16
#define CHILDREN_OF_USER_MAX 4
#define WAITING_MAX 256
#define WAITING_OF_USER_MAX 64
#define LEAVE_MS 10000

struct caller {
	uid_t uid;
	gid_t gid;
	int fd;    /* while it waits */
	pid_t pid; /* while it is served */
};

struct callers {
	struct caller list[WAITING_MAX];
	int count;
};

struct intake {
	int listen_fd;
	struct callers waiting, served; /* in the order of their coming */
	int64_t left_ms;                /* since when it does not listen any more */
};

#define SOCKET_NAME "submit.sock"
#define SOCKET_NEW "submit.new" /* not longer than that */

static bool name_socket(struct sockaddr_un *address, const char *name)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	return snprintf(address->sun_path, sizeof address->sun_path, "%s/%s", paths_run(), name) < (int)sizeof address->sun_path;
}

void intake_start(struct runner *r)
{
	struct sockaddr_un address, fresh;
	errno = ENAMETOOLONG;
	if (!name_socket(&address, SOCKET_NAME) || !name_socket(&fresh, SOCKET_NEW)) {
		log_line(LOG_WARNING, "%s/submit.sock: %s", paths_run(), strerror(errno));
		return;
	}
	struct intake *in = mem_alloc(sizeof *in);
	r->intake = in;
	/* It takes the place of the one that a runner left which was killed: a caller meets a socket at every moment. */
	unlink(fresh.sun_path);
	in->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool done = in->listen_fd >= 0 && fdio_nonblocking(in->listen_fd) && bind(in->listen_fd, (struct sockaddr *)&fresh, sizeof fresh) == 0 &&
	            chmod(fresh.sun_path, 0666) == 0 && listen(in->listen_fd, WAITING_OF_USER_MAX) == 0 && rename(fresh.sun_path, address.sun_path) == 0;
	if (!done) {
		log_line(LOG_WARNING, "%s cannot be made (%s): callers for whom a set-group-id right has no effect (" COMPAT_NO_SETGID ") cannot submit", address.sun_path, strerror(errno));
		intake_end(r);
	}
}

static void take_out(struct callers *c, int i)
{
	c->count--;
	memmove(c->list + i, c->list + i + 1, (size_t)(c->count - i) * sizeof c->list[0]);
}

/* Who has connected by then is in the list. */
static void stop_listening(struct runner *r)
{
	struct sockaddr_un address;
	struct intake *in = r->intake;
	if (in->listen_fd < 0)
		return;
	if (name_socket(&address, SOCKET_NAME))
		unlink(address.sun_path);
	intake_accept(r);
	close(in->listen_fd);
	in->listen_fd = -1;
	in->left_ms = clock_mono_ms();
}

bool intake_leave(struct runner *r)
{
	struct intake *in = r->intake;
	if (in == NULL)
		return true;
	stop_listening(r);
	return in->waiting.count + in->served.count == 0 || clock_mono_ms() - in->left_ms > LEAVE_MS;
}

void intake_end(struct runner *r)
{
	struct intake *in = r->intake;
	if (in == NULL)
		return;
	stop_listening(r);
	/* Who is being served is served to the end: what is stored is found by the next runner. */
	for (int i = 0; i < in->waiting.count; i++)
		close(in->waiting.list[i].fd);
	free(in);
	r->intake = NULL;
}

int intake_fd(const struct runner *r)
{
	return r->intake != NULL && r->intake->waiting.count < WAITING_MAX ? r->intake->listen_fd : -1;
}

static int count_of(const struct callers *c, uid_t uid)
{
	int count = 0;
	for (int i = 0; i < c->count; i++)
		count += c->list[i].uid == uid;
	return count;
}

static void refuse(const struct caller *c)
{
	static const char words[] = "no 73 spool-busy too many submissions of this user wait at submit.sock. The message was NOT taken\n";
	send(c->fd, words, sizeof words - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(c->fd);
	struct buffer line = {0};
	buffer_printf(&line, "submission refused: uid=%lu exit=%d", (unsigned long)c->uid, EX_CANTCREAT);
	log_fields(LOG_WARNING, "refused", &line, "too many of its submissions wait at submit.sock");
	buffer_free(&line);
}

void intake_accept(struct runner *r)
{
	struct callers *w = &r->intake->waiting;
	while (w->count < WAITING_MAX) {
		struct caller c = {.fd = compat_accept(r->intake->listen_fd)};
		if (c.fd < 0) {
			fdio_rest_without_descriptors();
			return;
		}
		if (compat_peer(c.fd, &c.uid, &c.gid) != 0)
			close(c.fd);
		else if (count_of(w, c.uid) >= WAITING_OF_USER_MAX)
			refuse(&c);
		else
			w->list[w->count++] = c;
	}
}

/* In the child: nothing of the runner's stays open but drop/, not even the lock. */
static void become_submission(const struct runner *r, const struct caller *c)
{
	sigset_t none;
	signal(SIGHUP, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	log_close();
	if (dup2(c->fd, STDIN_FILENO) < 0 || (r->queue.drop_fd != STDERR_FILENO + 1 && dup2(r->queue.drop_fd, STDERR_FILENO + 1) < 0))
		_exit(EX_OSERR);
	compat_closefrom(STDERR_FILENO + 2);
	log_again();
	_exit(submission_take(STDIN_FILENO, STDERR_FILENO + 1, c->uid, c->gid));
}

static bool start_child(struct runner *r, struct caller *c)
{
	c->pid = fork();
	if (c->pid == 0)
		become_submission(r, c);
	if (c->pid < 0) {
		log_line(LOG_ERR, "no process for a submission: %s", strerror(errno));
		return false;
	}
	close(c->fd);
	return true;
}

static void start_children(struct runner *r)
{
	struct callers *w = &r->intake->waiting, *s = &r->intake->served;
	for (int i = 0; i < w->count && s->count < CHILDREN_MAX;) {
		struct caller c = w->list[i];
		if (count_of(s, c.uid) >= CHILDREN_OF_USER_MAX) {
			i++;
			continue;
		}
		if (!start_child(r, &c))
			return;
		take_out(w, i);
		s->list[s->count++] = c;
	}
}

void intake_serve(struct runner *r)
{
	bool stored = false;
	if (r->intake == NULL)
		return;
	struct callers *s = &r->intake->served;
	for (int i = s->count - 1; i >= 0; i--) {
		int status = 0;
		if (waitpid(s->list[i].pid, &status, WNOHANG) == 0)
			continue;
		stored = stored || (WIFEXITED(status) && WEXITSTATUS(status) == EX_OK);
		take_out(s, i);
	}
	if (stored)
		runner_adopt(r);
	start_children(r);
}
