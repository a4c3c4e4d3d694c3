/* Relays that hang. */
#include "base/clock.h"
#include "base/log.h"
#include "runner/queue/runner.h"
#include "runner/session/watchdog.h"
#include "runner/session/worker.h"
#include <signal.h>

#define SILENCE_MS 45000
#define LONGER_MS 300000 /* than a batch may take: then it does not end, whatever it says */
#define TERM_MS 5000     /* from SIGTERM to SIGKILL */
#define LEAVE_MS 2000    /* the same for one that has hung up, and has nothing left to do */
#define GIVE_UP_MS 10000 /* from SIGKILL until it is no more waited for: the kernel holds it */

/* How long a relay of ours may say nothing.  A TLS handshake is not interrupted. */
static int64_t silence_ms(const struct config *config, const struct worker *w)
{
	return SILENCE_MS + (w->ready ? 0 : (int64_t)config->connect_s * 1000);
}

/* The session has a time for all that it does; before that, addresses are tried one after the
 * other. */
static bool takes_too_long(const struct config *config, const struct worker *w, int64_t now)
{
	int64_t since = w->progress_ms > w->started_ms ? w->progress_ms : w->started_ms;
	return w->count > 0 && now - since > (int64_t)config->session_s * 1000 + LONGER_MS;
}

static void look_at(struct runner *r, struct worker *w, int64_t now)
{
	int64_t silent = now - w->heard_ms;
	bool silence = silent > silence_ms(&r->config, w);
	if (w->term_ms == 0 && (silence || takes_too_long(&r->config, w, now))) {
		if (silence)
			log_line(LOG_ERR,
			    "the relay process %ld hangs: it has said nothing for %lld s; it is ended, and its "
			    "mail goes by another session",
			    (long)w->pid, (long long)silent / 1000);
		else
			log_line(LOG_ERR, "the relay process %ld does not end by itself; it is killed",
			    (long)w->pid);
		w->closing = true;
		w->term_ms = now;
		worker_kill(w, SIGTERM);
	} else if (w->term_ms != 0 && w->kill_ms == 0 && now - w->term_ms > TERM_MS) {
		w->kill_ms = now;
		worker_kill(w, SIGKILL);
	} else if (w->kill_ms != 0 && now - w->kill_ms > GIVE_UP_MS) {
		w->ended = true;
	}
}

void watchdog_look(struct runner *r)
{
	int64_t now = clock_mono_ms();
	for (int i = 0; i < r->sessions->count; i++) {
		if (!r->sessions->list[i]->ended)
			look_at(r, r->sessions->list[i], now);
	}
}

/* Its stream is at its end, so no more is heard of it.  True when it can be forgotten. */
static bool is_done_with(struct worker *w, int64_t now)
{
	if (w->ended_ms == 0) {
		w->ended_ms = now;
		/* One that is ending does not mind.  One that has not said all may have a session that goes
		 * on without being heard. */
		worker_kill(w, w->said_bye ? SIGTERM : SIGKILL);
	}
	if (worker_is_gone(w))
		return true;
	if (w->kill_ms == 0 && now - w->ended_ms > LEAVE_MS) {
		w->kill_ms = now;
		worker_kill(w, SIGKILL);
	}
	if (w->kill_ms == 0 || now - w->kill_ms <= GIVE_UP_MS)
		return false;
	log_line(LOG_CRIT, "the relay process %ld cannot be ended: the kernel holds it", (long)w->pid);
	return true;
}

void watchdog_end_workers(struct runner *r)
{
	int64_t now = clock_mono_ms();
	for (int i = r->sessions->count - 1; i >= 0; i--) {
		struct worker *w = r->sessions->list[i];
		if (!w->ended || !is_done_with(w, now))
			continue;
		r->sessions->list[i] = r->sessions->list[--r->sessions->count];
		worker_end(r, w);
	}
}
