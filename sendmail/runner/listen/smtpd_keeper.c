/* Each of the two sees at a socket, whose other end is here, that it is to end. */
#include "runner/listen/smtpd_keeper.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/listen.h"
#include "jobs/process.h"
#include "runner/listen/submit_keep.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define PAUSE_MS 1000
#define PAUSE_MAX_MS 60000
#define STEADY_MS 60000 /* one that has run so long is started again at once */
#define LEAVE_MS 12000

enum kept { KEPT_DOOR, KEPT_SMTPD, KEPT_COUNT };

static const char *const words_of[KEPT_COUNT] = {
    "the process that serves smtpd.sock",
    "smtpd, which listens for [listen],",
};

struct kept_process {
	pid_t pid;   /* 0: none */
	int life_fd; /* closed: it ends */
	int64_t started_ms, again_ms, pause_ms;
};

struct smtpd_keeper {
	struct kept_process list[KEPT_COUNT];
	int64_t leaving_since_ms; /* 0: it goes on */
};

static void stop(struct kept_process *p)
{
	if (p->life_fd >= 0)
		close(p->life_fd);
	p->life_fd = -1;
}

static pid_t fork_door(const struct runner *r, int life_fd)
{
	pid_t pid = fork();
	if (pid == 0)
		submit_keep_run(&r->queue, SUBMIT_LISTEN_SMTPD, life_fd);
	return pid;
}

static void start(const struct runner *r, enum kept which)
{
	struct kept_process *p = &r->smtpd->list[which];
	int pair[2];
	int64_t now = clock_mono_ms();
	p->started_ms = now;
	p->pause_ms = p->pause_ms == 0 ? PAUSE_MS : p->pause_ms * 2;
	p->pause_ms = p->pause_ms > PAUSE_MAX_MS ? PAUSE_MAX_MS : p->pause_ms;
	p->again_ms = now + p->pause_ms;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return;
	p->pid = which == KEPT_DOOR ? fork_door(r, pair[1]) : process_start(PROCESS_SMTPD, &pair[1], 1);
	close(pair[1]);
	p->life_fd = pair[0];
	if (p->pid > 0)
		return;
	log_line(LOG_ERR, "%s cannot be started: %s; tried again in %lld s", words_of[which],
	    strerror(errno), (long long)p->pause_ms / 1000);
	p->pid = 0;
	stop(p);
}

static bool has_ended(enum kept which, pid_t pid, int *status)
{
	return which == KEPT_SMTPD ? process_reap(pid, 0, status)
	                           : waitpid(pid, status, WNOHANG) == pid;
}

/* One that ends because the configuration was changed is started again at once. */
static void reap(struct kept_process *p, enum kept which)
{
	int status;
	if (p->pid == 0 || !has_ended(which, p->pid, &status))
		return;
	int64_t now = clock_mono_ms();
	bool asked = p->life_fd < 0, well = WIFEXITED(status) && WEXITSTATUS(status) == EX_OK;
	p->pid = 0;
	stop(p);
	if (asked || well || now - p->started_ms > STEADY_MS) {
		p->pause_ms = 0;
		p->again_ms = now;
	}
	if (!asked && !well)
		log_line(LOG_ERR, "%s has ended (%s %d); it is started again in %lld s", words_of[which],
		    WIFSIGNALED(status) ? "signal" : "exit code",
		    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		    (long long)(p->again_ms - now) / 1000);
}

static bool is_wanted(const struct runner *r, enum kept which)
{
	return r->lifetime == LIFETIME_STAY && r->config_good && !r->leaving &&
	       listen_is_on(&r->config) && (which == KEPT_DOOR || !process_by_units());
}

void smtpd_keeper_look(struct runner *r)
{
	if (r->smtpd == NULL && !is_wanted(r, KEPT_DOOR))
		return;
	if (r->smtpd == NULL) {
		r->smtpd = mem_alloc(sizeof *r->smtpd);
		r->smtpd->list[KEPT_DOOR].life_fd = r->smtpd->list[KEPT_SMTPD].life_fd = -1;
	}
	for (int i = 0; i < KEPT_COUNT; i++) {
		struct kept_process *p = &r->smtpd->list[i];
		reap(p, (enum kept)i);
		if (!is_wanted(r, (enum kept)i))
			stop(p);
		else if (p->pid == 0 && clock_mono_ms() >= p->again_ms)
			start(r, (enum kept)i);
	}
}

int64_t smtpd_keeper_next_ms(const struct runner *r)
{
	int64_t next = INT64_MAX;
	for (int i = 0; r->smtpd != NULL && i < KEPT_COUNT; i++) {
		const struct kept_process *p = &r->smtpd->list[i];
		if (p->pid == 0 && is_wanted(r, (enum kept)i) && p->again_ms < next)
			next = p->again_ms;
	}
	return next;
}

/* smtpd first: what it has in hand still needs the door. */
bool smtpd_keeper_leave(struct runner *r)
{
	struct smtpd_keeper *k = r->smtpd;
	if (k == NULL)
		return true;
	if (k->leaving_since_ms == 0)
		k->leaving_since_ms = clock_mono_ms();
	stop(&k->list[KEPT_SMTPD]);
	reap(&k->list[KEPT_SMTPD], KEPT_SMTPD);
	if (k->list[KEPT_SMTPD].pid == 0)
		stop(&k->list[KEPT_DOOR]);
	reap(&k->list[KEPT_DOOR], KEPT_DOOR);
	bool gone = k->list[KEPT_SMTPD].pid == 0 && k->list[KEPT_DOOR].pid == 0;
	return gone || clock_mono_ms() - k->leaving_since_ms > LEAVE_MS;
}

void smtpd_keeper_end(struct runner *r)
{
	for (int i = 0; r->smtpd != NULL && i < KEPT_COUNT; i++)
		stop(&r->smtpd->list[i]);
	mem_free(&r->smtpd);
}
