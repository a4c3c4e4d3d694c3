/* Who is served, and when. */
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/log.h"
#include "base/paths.h"
#include "runner/listen/listener.h"
#include "runner/listen/submit_listen.h"
#include "runner/listen/submit_session.h"
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define SMTPD_USER "fhsmtpd"
#define HUNG_MS 30000
#define HURRY_MS 2000 /* for so long a caller is not asked to make room for others */
#define WAITING_MAX 256
#define LEAVE_MS 10000

/* The sockets.  Of smtpd's own connections it is smtpd that says how many a user may have. */
static const struct door {
	const char *name;
	int children_shared; /* that serve users who have one already */
	int children_max;    /* with those that are the only one of their user */
	int children_of_user_max;
	int waiting_of_user_max;
} doors[] = {
    [SUBMIT_LISTEN_ALL] = {"submit.sock", 16, 64, 4, 64},
    [SUBMIT_LISTEN_SMTPD] = {"smtpd.sock", 64, 64, 64, 200},
};

struct caller {
	uid_t uid;
	gid_t gid;
	int fd;    /* while it waits */
	pid_t pid; /* while it is served */
	int64_t since_ms;
	bool hurried;
};

struct callers {
	struct caller list[WAITING_MAX];
	int count;
};

struct submit_listen {
	enum submit_listen_door door;
	uid_t smtpd_uid; /* of that door */
	struct listener listener;
	const struct queue *queue;
	struct callers waiting, served; /* in the order of their coming */
	int64_t left_ms;                /* since when it does not listen any more */
	bool complained;                /* that the socket cannot be made again */
};

static const char *socket_path(const struct submit_listen *in)
{
	static char path[1100];
	snprintf(path, sizeof path, "%s/%s", paths_run(), doors[in->door].name);
	return path;
}

static void complain(const struct submit_listen *in)
{
	if (in->door == SUBMIT_LISTEN_SMTPD)
		log_line(LOG_WARNING, "%s: %s: without this socket smtpd ([listen]) can hand over no mail",
		    socket_path(in), strerror(errno));
	else
		log_line(LOG_WARNING,
		    "%s: %s: without this socket callers for whom a set-group-id right has no effect "
		    "(" COMPAT_NO_SETGID ") cannot submit",
		    socket_path(in), strerror(errno));
}

/* Whose word on who sends a message counts; nobody else's. */
static bool find_smtpd(uid_t *uid)
{
	const struct passwd *pw = paths_private() ? NULL : getpwnam(SMTPD_USER);
	*uid = paths_private() ? geteuid() : pw != NULL ? pw->pw_uid : (uid_t)-1;
	return *uid != (uid_t)-1 && (*uid != 0 || paths_private());
}

struct submit_listen *submit_listen_start(const struct queue *q, enum submit_listen_door door)
{
	struct submit_listen *in = mem_alloc(sizeof *in);
	in->door = door;
	errno = ENOENT;
	if ((door == SUBMIT_LISTEN_ALL || find_smtpd(&in->smtpd_uid)) &&
	    listener_open(&in->listener, socket_path(in), doors[door].waiting_of_user_max)) {
		in->queue = q;
		return in;
	}
	complain(in);
	free(in);
	return NULL;
}

void submit_listen_look(struct submit_listen *in)
{
	if (in == NULL)
		return;
	bool again = listener_look(&in->listener, socket_path(in), doors[in->door].waiting_of_user_max),
	     failed = !again && errno != 0;
	if (again)
		log_line(LOG_WARNING, "%s had been removed; it was made again", socket_path(in));
	else if (failed && !in->complained)
		complain(in);
	in->complained = failed;
}

static void take_out(struct callers *c, int i)
{
	c->count--;
	memmove(c->list + i, c->list + i + 1, (size_t)(c->count - i) * sizeof c->list[0]);
}

/* Who has connected by then is in the list. */
static void stop_listening(struct submit_listen *in)
{
	if (in->listener.fd < 0)
		return;
	unlink(socket_path(in));
	submit_listen_accept(in);
	listener_close(&in->listener, socket_path(in));
	in->left_ms = clock_mono_ms();
}

bool submit_listen_leave(struct submit_listen *in)
{
	if (in == NULL)
		return true;
	stop_listening(in);
	return in->waiting.count + in->served.count == 0 || clock_mono_ms() - in->left_ms > LEAVE_MS;
}

void submit_listen_end(struct submit_listen *in)
{
	if (in == NULL)
		return;
	stop_listening(in);
	/* Children finish what they serve: the next runner finds what they store. */
	for (int i = 0; i < in->waiting.count; i++)
		close(in->waiting.list[i].fd);
	free(in);
}

int submit_listen_fd(const struct submit_listen *in)
{
	return in != NULL ? in->listener.fd : -1;
}

static int count_of(const struct callers *c, uid_t uid)
{
	int count = 0;
	for (int i = 0; i < c->count; i++)
		count += c->list[i].uid == uid;
	return count;
}

/* The user with the most, and that number. */
static int most_of(const struct callers *c, uid_t *uid)
{
	int most = 0;
	for (int i = 0; i < c->count; i++) {
		int count = count_of(c, c->list[i].uid);
		if (count > most)
			*uid = c->list[i].uid;
		most = count > most ? count : most;
	}
	return most;
}

static void refuse(const struct caller *c)
{
	static const char words[] = "no 73 spool-busy too many submissions of this user wait at "
	                            "submit.sock. The message was NOT accepted\n";
	send(c->fd, words, sizeof words - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(c->fd);
	struct buffer line = {0};
	buffer_printf(&line, "submission refused: uid=%lu exit=%d", (unsigned long)c->uid,
	    EX_CANTCREAT);
	log_fields(LOG_WARNING, "refused", &line, "too many of its submissions wait at submit.sock");
	buffer_free(&line);
}

/* One more caller waits.  When there is no room, the last one of the user who has most gives way:
 * users who come in numbers keep no other out. */
static void let_wait(struct callers *w, const struct caller *c, int of_user_max)
{
	uid_t greedy = c->uid;
	if (count_of(w, c->uid) >= of_user_max ||
	    (w->count == WAITING_MAX && most_of(w, &greedy) <= count_of(w, c->uid) + 1)) {
		refuse(c);
		return;
	}
	for (int i = w->count - 1; i >= 0 && w->count == WAITING_MAX; i--) {
		if (w->list[i].uid != greedy)
			continue;
		refuse(&w->list[i]);
		take_out(w, i);
	}
	w->list[w->count++] = *c;
}

void submit_listen_accept(struct submit_listen *in)
{
	for (int i = 0; i < WAITING_MAX; i++) {
		struct caller c = {.fd = compat_accept(in->listener.fd)};
		if (c.fd < 0) {
			fdio_rest_without_descriptors();
			return;
		}
		if (compat_peer(c.fd, &c.uid, &c.gid) != 0 ||
		    (in->door == SUBMIT_LISTEN_SMTPD && c.uid != in->smtpd_uid))
			close(c.fd);
		else
			let_wait(&in->waiting, &c, doors[in->door].waiting_of_user_max);
	}
}

/* In the child: nothing of the runner's stays open but drop/, not even the lock. */
static void become_submission(const struct submit_listen *in, const struct caller *c)
{
	sigset_t none;
	int drop_fd = in->queue->drop_fd;
	signal(SIGHUP, SIG_DFL);
	submit_session_expect_hurry();
	signal(SIGINT, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	log_close();
	if (dup2(c->fd, STDIN_FILENO) < 0 ||
	    (drop_fd != STDERR_FILENO + 1 && dup2(drop_fd, STDERR_FILENO + 1) < 0))
		_exit(EX_OSERR);
	compat_closefrom(STDERR_FILENO + 2);
	log_again();
	_exit(in->door == SUBMIT_LISTEN_SMTPD
	          ? submit_session_serve(STDIN_FILENO, STDERR_FILENO + 1)
	          : submit_session_take(STDIN_FILENO, STDERR_FILENO + 1, c->uid, c->gid));
}

static bool start_child(const struct submit_listen *in, struct caller *c)
{
	c->pid = fork();
	if (c->pid == 0)
		become_submission(in, c);
	if (c->pid < 0) {
		log_line(LOG_ERR, "no process for a submission: %s", strerror(errno));
		return false;
	}
	c->since_ms = clock_mono_ms();
	close(c->fd);
	return true;
}

/* Who has none of theirs served goes before those who have; among equals, who came first.  -1:
 * nobody may be served now. */
static int next_caller(const struct callers *w, const struct callers *s, const struct door *door)
{
	int best = -1, fewest = door->children_of_user_max;
	for (int i = 0; i < w->count; i++) {
		int own = count_of(s, w->list[i].uid);
		if (own < fewest && s->count < (own == 0 ? door->children_max : door->children_shared)) {
			best = i;
			fewest = own;
		}
	}
	return best;
}

static void start_children(struct submit_listen *in)
{
	struct callers *w = &in->waiting, *s = &in->served;
	int i;
	while ((i = next_caller(w, s, &doors[in->door])) >= 0) {
		struct caller c = w->list[i];
		if (!start_child(in, &c))
			return;
		take_out(w, i);
		c.since_ms = clock_mono_ms();
		s->list[s->count++] = c;
	}
}

/* A submission has a time of its own for all that it does; one that is over it does not go on. */
static void end_hung(struct caller *c)
{
	if (clock_mono_ms() - c->since_ms < SUBMIT_SESSION_WHOLE_MS + HUNG_MS)
		return;
	log_line(LOG_ERR, "the process %ld, which receives a submission of uid %lu, hangs and is ended",
	    (long)c->pid, (unsigned long)c->uid);
	c->since_ms = clock_mono_ms();
	kill(c->pid, SIGKILL);
}

/* Others wait: who has been at it for a while is to be done, or gone (submission.h).  A caller that
 * has its message whole is not touched by that. */
static void hurry_children(struct submit_listen *in)
{
	int64_t now = clock_mono_ms();
	for (int i = 0; i < in->served.count && in->waiting.count > 0; i++) {
		struct caller *c = &in->served.list[i];
		if (c->hurried || now - c->since_ms < HURRY_MS)
			continue;
		c->hurried = true;
		kill(c->pid, SIGTERM);
	}
}

int64_t submit_listen_next_ms(const struct submit_listen *in)
{
	int64_t next = INT64_MAX;
	for (int i = 0; in != NULL && in->waiting.count > 0 && i < in->served.count; i++) {
		const struct caller *c = &in->served.list[i];
		if (!c->hurried && c->since_ms + HURRY_MS < next)
			next = c->since_ms + HURRY_MS;
	}
	return next;
}

bool submit_listen_serve(struct submit_listen *in)
{
	bool stored = false;
	if (in == NULL)
		return false;
	struct callers *s = &in->served;
	for (int i = s->count - 1; i >= 0; i--) {
		int status = 0;
		if (waitpid(s->list[i].pid, &status, WNOHANG) == 0) {
			end_hung(&s->list[i]);
			continue;
		}
		stored = stored || (WIFEXITED(status) && WEXITSTATUS(status) == EX_OK);
		take_out(s, i);
	}
	start_children(in);
	hurry_children(in);
	return stored;
}
