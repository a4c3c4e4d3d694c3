/* smtpd sees at its standard input, a socket whose other end is here, that it is to end. */
#include "runner/listen/smtpd_keeper.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/listen.h"
#include "jobs/process.h"
#include "runner/listen/submit_listen.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAUSE_MS 1000
#define PAUSE_MAX_MS 60000
#define STEADY_MS 60000 /* one that has lived so long is started again at once */

struct smtpd_keeper {
	struct submit_listen *door;
	bool door_missing; /* it could not be made; tried again with the next pause */
	pid_t pid;         /* 0: none */
	int life_fd;       /* closed: it ends */
	int64_t started_ms, again_ms, pause_ms;
};

static void stop_process(struct smtpd_keeper *k)
{
	if (k->life_fd >= 0)
		close(k->life_fd);
	k->life_fd = -1;
}

static void start_process(struct smtpd_keeper *k)
{
	int pair[2];
	int64_t now = clock_mono_ms();
	k->started_ms = now;
	k->pause_ms = k->pause_ms == 0 ? PAUSE_MS : k->pause_ms * 2;
	k->pause_ms = k->pause_ms > PAUSE_MAX_MS ? PAUSE_MAX_MS : k->pause_ms;
	k->again_ms = now + k->pause_ms;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return;
	k->pid = process_start(PROCESS_SMTPD, &pair[1], 1);
	close(pair[1]);
	k->life_fd = pair[0];
	if (k->pid > 0)
		return;
	log_line(LOG_ERR, "smtpd cannot be started: %s; tried again in %lld s", strerror(errno),
	    (long long)k->pause_ms / 1000);
	k->pid = 0;
	stop_process(k);
}

/* One that ends because the configuration was changed is started again at once. */
static void reap(struct smtpd_keeper *k)
{
	int status;
	if (k->pid == 0 || !process_reap(k->pid, 0, &status))
		return;
	int64_t now = clock_mono_ms();
	bool asked = k->life_fd < 0;
	k->pid = 0;
	stop_process(k);
	if (asked || (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
	    now - k->started_ms > STEADY_MS) {
		k->pause_ms = 0;
		k->again_ms = now;
	}
	if (!asked && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
		log_line(LOG_ERR,
		    "smtpd, which listens for [listen], has ended (%s %d); it is started again in %lld s",
		    WIFSIGNALED(status) ? "signal" : "exit code",
		    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		    (long long)(k->again_ms - now) / 1000);
}

static struct smtpd_keeper *state_of(struct runner *r)
{
	if (r->smtpd == NULL) {
		r->smtpd = mem_alloc(sizeof *r->smtpd);
		r->smtpd->life_fd = -1;
	}
	return r->smtpd;
}

static void look_at_door(struct runner *r, struct smtpd_keeper *k)
{
	if (k->door != NULL) {
		submit_listen_look(k->door);
	} else if (!k->door_missing || clock_mono_ms() >= k->again_ms) {
		k->door = submit_listen_start(&r->queue, SUBMIT_LISTEN_SMTPD);
		k->door_missing = k->door == NULL;
		if (k->door_missing)
			k->again_ms = clock_mono_ms() + PAUSE_MAX_MS;
	}
}

void smtpd_keeper_look(struct runner *r)
{
	bool wanted = r->lifetime == LIFETIME_STAY && r->config_good && listen_is_on(&r->config);
	if (r->smtpd == NULL && !wanted)
		return;
	struct smtpd_keeper *k = state_of(r);
	reap(k);
	if (r->leaving)
		return;
	if (wanted)
		look_at_door(r, k);
	if (!wanted)
		stop_process(k);
	else if (k->door != NULL && k->pid == 0 && !process_by_units() &&
	         clock_mono_ms() >= k->again_ms)
		start_process(k);
}

int smtpd_keeper_fd(const struct runner *r)
{
	return r->smtpd != NULL ? submit_listen_fd(r->smtpd->door) : -1;
}

void smtpd_keeper_accept(struct runner *r)
{
	submit_listen_accept(r->smtpd->door);
}

bool smtpd_keeper_serve(struct runner *r)
{
	return r->smtpd != NULL && submit_listen_serve(r->smtpd->door);
}

int64_t smtpd_keeper_next_ms(const struct runner *r)
{
	const struct smtpd_keeper *k = r->smtpd;
	if (k == NULL)
		return INT64_MAX;
	int64_t next = submit_listen_next_ms(k->door);
	bool waits = k->pid == 0 && !process_by_units() && listen_is_on(&r->config);
	return waits && k->again_ms < next ? k->again_ms : next;
}

bool smtpd_keeper_leave(struct runner *r)
{
	if (r->smtpd == NULL)
		return true;
	stop_process(r->smtpd);
	return submit_listen_leave(r->smtpd->door);
}

void smtpd_keeper_end(struct runner *r)
{
	if (r->smtpd == NULL)
		return;
	stop_process(r->smtpd);
	submit_listen_end(r->smtpd->door);
	mem_free(&r->smtpd);
}
