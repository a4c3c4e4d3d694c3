/* A process that serves a socket by itself. */
#include "runner/listen/submit_keep.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/signals.h"
#include "base/text.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define LOOK_MS 5000

static void on_child(int number)
{
	(void)number;
}

/* What ends the runner ends this one by life_fd. */
static void set_signals(sigset_t *while_waiting)
{
	static const int caught[] = {SIGCHLD, 0}, ignored[] = {SIGHUP, SIGINT, SIGTERM, SIGUSR1, 0};
	signals_only_while_waiting(on_child, caught, ignored, while_waiting);
}

static bool drop_is_there(int drop_fd)
{
	struct stat here, there;
	TEXT(path, 1100);
	text_printf(&path, "%s/drop", paths_spool());
	return fstat(drop_fd, &here) == 0 && stat(path.data, &there) == 0 &&
	       here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}

/* Waits, and serves; false when it is to end. */
static bool keep_on(struct submit_listen *in, int life_fd, const sigset_t *mask)
{
	struct pollfd p[2] = {{.fd = submit_listen_fd(in), .events = POLLIN},
	    {.fd = life_fd, .events = POLLIN}};
	int64_t left_ms = submit_listen_next_ms(in) - clock_mono_ms();
	left_ms = left_ms < 0 ? 0 : left_ms > LOOK_MS ? LOOK_MS : left_ms;
	const struct timespec limit = {.tv_sec = left_ms / 1000, .tv_nsec = left_ms % 1000 * 1000000};
	if (compat_poll(p, 2, &limit, mask) > 0 && p[0].revents != 0)
		submit_listen_accept(in);
	submit_listen_serve(in);
	return p[1].revents == 0;
}

_Noreturn void submit_keep_run(const struct queue *q, enum submit_listen_door door, int life_fd)
{
	sigset_t mask;
	struct queue own = {.drop_fd = STDERR_FILENO + 1};
	int64_t looked_ms = clock_mono_ms();
	set_signals(&mask);
	log_close();
	int high = fcntl(life_fd, F_DUPFD, 16);
	if (high < 0 || (q->drop_fd != own.drop_fd && dup2(q->drop_fd, own.drop_fd) < 0) ||
	    dup2(high, own.drop_fd + 1) < 0)
		_exit(EX_OSERR);
	life_fd = own.drop_fd + 1;
	compat_closefrom(life_fd + 1);
	log_again();
	struct submit_listen *in = submit_listen_start(&own, door);
	while (in != NULL && keep_on(in, life_fd, &mask)) {
		if (clock_mono_ms() - looked_ms < LOOK_MS)
			continue;
		looked_ms = clock_mono_ms();
		submit_listen_look(in);
		if (!drop_is_there(own.drop_fd))
			break;
	}
	while (in != NULL && !submit_listen_leave(in)) {
		compat_poll(NULL, 0, &(struct timespec){.tv_nsec = 100000000}, &mask);
		submit_listen_serve(in);
	}
	_exit(in != NULL ? EX_OK : EX_CANTCREAT);
}
