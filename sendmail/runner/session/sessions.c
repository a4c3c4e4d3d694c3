/* Who may have a session. */
#include "base/clock.h"
#include "base/text.h"
#include "runner/attempt/message.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/nexthop_rest.h"
#include "runner/queue/runner.h"
#include "runner/queue/tried.h"
#include "runner/session/sessions.h"
#include "runner/session/worker.h"
#include "spool/waits.h"
#include <limits.h>
#include <string.h>

#define IN_HAND_BYTES (2 << 20) /* of a session, before it is given more */
#define STUCK_MS 3000
#define SETTLED_STUCK_MS 300 /* what comes after a refusal is answered at once as a rule */
#define CONNECT_STUCK_MS 1000
#define PATH_SHARE (SESSIONS_MAX / 2) /* of all places, for one destination */
#define UNKNOWN_SHARE \
	(SESSIONS_MAX /   \
	    2) /* for all domains of recipients that have taken no mail yet, when they are stuck */
#define UNKNOWN_OF_USER (SESSIONS_MAX / 4)
#define WRITE_MS 1000
#define YIELD_MS 5000

void sessions_start(struct runner *r)
{
	r->sessions = mem_alloc(sizeof *r->sessions);
}

void sessions_end(struct runner *r)
{
	buffer_free(&r->sessions->waits);
	mem_free(&r->sessions);
}

int sessions_least_done(const struct sessions *sessions, const struct nexthop *p)
{
	int least = INT_MAX;
	for (int i = 0; i < sessions->count; i++) {
		const struct worker *w = sessions->list[i];
		if (w->nexthop == p && !w->closing && w->done < least)
			least = w->done;
	}
	return least;
}

bool sessions_is_local(const struct nexthop *p)
{
	return p->kind == NEXTHOP_LOCAL || p->kind == NEXTHOP_FILTER;
}

bool sessions_is_stuck(const struct worker *w, int64_t now)
{
	if (w->settled > 0)
		return now - w->settled_ms > SETTLED_STUCK_MS;
	if (w->ended || w->closing_ms != 0)
		return w->count == 0 ? now - (w->closing_ms > w->idle_ms ? w->closing_ms : w->idle_ms) >
		                           CONNECT_STUCK_MS
		                     : now - w->progress_ms > STUCK_MS;
	if (!w->ready)
		return now - w->started_ms > CONNECT_STUCK_MS;
	return w->count > 0 && now - w->progress_ms > STUCK_MS;
}

static bool is_of(const struct worker *w, uint32_t uid)
{
	return w->first != NULL && w->first->entry->uid == uid;
}

bool sessions_finds_out(const struct worker *w, uint32_t uid, int64_t now)
{
	return w->nexthop->kind == NEXTHOP_FILTER && w->done == 0 && is_of(w, uid) &&
	       !sessions_is_stuck(w, now);
}

static int path_share(const struct config *config)
{
	int share = 3 * config->max_sessions;
	share = share < PATH_SHARE ? share : PATH_SHARE;
	return share > config->max_sessions ? share : config->max_sessions;
}

bool sessions_may_start(const struct runner *r, const struct nexthop *p, uint32_t uid, int64_t now)
{
	bool local = sessions_is_local(p);
	int total = 0, on = 0, at = 0, held = 0, unknown = 0, unknown_of_user = 0;
	if (!local && r->sessions->yield_to != NULL && r->sessions->yield_to != p &&
	    now - r->sessions->yield_ms < YIELD_MS)
		return false;
	for (int i = 0; i < r->sessions->count; i++) {
		const struct worker *w = r->sessions->list[i];
		if (sessions_is_local(w->nexthop) != local)
			continue;
		bool stuck = sessions_is_stuck(w, now),
		     risky = stuck && !nexthop_is_proven(&r->nexthops, w->nexthop);
		total++;
		on += !stuck;
		at += w->nexthop == p;
		held += w->nexthop == p && is_of(w, uid);
		unknown += risky;
		unknown_of_user += risky && is_of(w, uid);
	}
	if (total >= (local ? SESSIONS_LOCAL_MAX : SESSIONS_MAX) || on >= r->config.max_sessions)
		return false;
	if (local)
		return true;
	if (at >= path_share(&r->config) || held >= r->config.max_sessions)
		return false;
	return nexthop_is_proven(&r->nexthops, p) ||
	       (unknown < UNKNOWN_SHARE && unknown_of_user < UNKNOWN_OF_USER);
}

/* One message finds out whether the smarthost answers, a second one waits for it until there is
 * an outcome; the others follow when it accepts them.  Mailboxes get theirs one by one. */
static int window_of(const struct nexthops *nexthops, const struct worker *w)
{
	if (!w->ready || sessions_is_local(w->nexthop))
		return 1;
	return w->done == 0 || nexthop_rest_is_near(nexthops, w->nexthop) ? 2 : WORKER_WINDOW;
}

/* Others' mail does not wait for several long messages that a session has in hand. */
static bool has_much(const struct worker *w)
{
	int64_t bytes = 0;
	for (const struct message *m = w->first; m != NULL; m = m->next)
		bytes += m->envelope.content.bytes;
	return bytes > IN_HAND_BYTES;
}

bool sessions_have_room(const struct nexthops *nexthops, const struct worker *w)
{
	int window = window_of(nexthops, w);
	int waiting = window == WORKER_WINDOW ? w->count - w->flying : w->count;
	return w->settled == 0 && waiting < window && !has_much(w) && w->count < WORKER_WINDOW_ALL &&
	       w->fd_count < WORKER_WINDOW_ALL;
}

static int stuck_of(struct sessions *sessions, const struct nexthop *p, uint32_t uid, int64_t now)
{
	int count = 0;
	for (int i = 0; i < sessions->count; i++)
		count += sessions->list[i]->nexthop == p && is_of(sessions->list[i], uid) &&
		         sessions->list[i]->ready && sessions_is_stuck(sessions->list[i], now);
	return count;
}

bool sessions_user_waits(const struct runner *r, const struct nexthop *p, uint32_t uid, int64_t now)
{
	int held = 0;
	if (p->kind == NEXTHOP_LOCAL || stuck_of(r->sessions, p, uid, now) == 0)
		return false;
	for (int i = 0; i < r->sessions->count; i++)
		held += r->sessions->list[i]->nexthop == p && is_of(r->sessions->list[i], uid);
	return held >= r->config.max_sessions;
}

bool sessions_may_share(const struct runner *r, const struct worker *w, uint32_t uid, int64_t now)
{
	if (w->first == NULL)
		return true;
	if (sessions_is_local(w->nexthop))
		return false;
	return stuck_of(r->sessions, w->nexthop, uid, now) == 0 &&
	       (is_of(w, uid) || stuck_of(r->sessions, w->nexthop, w->first->entry->uid, now) == 0);
}

/* The destination whose sessions are most, when it has more than one or has had its turn. */
static struct worker *who_yields(struct sessions *sessions, const struct config *config,
    const struct nexthop *p, int64_t now)
{
	struct worker *best = NULL;
	for (int i = 0; i < sessions->count; i++) {
		struct worker *w = sessions->list[i];
		if (w->nexthop == p || sessions_is_local(w->nexthop) || w->closing || w->ended ||
		    sessions_is_stuck(w, now))
			continue;
		if (w->nexthop->workers < 2 && w->given < config->messages_per_session)
			continue;
		if (best == NULL || w->nexthop->workers > best->nexthop->workers ||
		    (w->nexthop->workers == best->nexthop->workers && w->given > best->given))
			best = w;
	}
	return best;
}

void sessions_make_room(struct runner *r, const struct nexthop *p, const struct tried *avoid,
    int64_t now)
{
	bool coming = false, has_one = false;
	if (sessions_is_local(p))
		return;
	for (int i = 0; i < r->sessions->count; i++) {
		struct worker *w = r->sessions->list[i];
		if (w->count == 0 && !sessions_is_local(w->nexthop) &&
		    (w->nexthop != p || !tried_same_servers(w->avoid, avoid)))
			worker_close(w);
		coming =
		    coming || (w->closing && !sessions_is_local(w->nexthop) && !sessions_is_stuck(w, now));
		has_one = has_one || (w->nexthop == p && !w->closing && !sessions_is_stuck(w, now));
	}
	struct worker *w = coming || has_one ? NULL : who_yields(r->sessions, &r->config, p, now);
	if (w == NULL)
		return;
	worker_close(w);
	worker_ask_back(w);
	r->sessions->yield_to = p;
	r->sessions->yield_ms = now;
}

void sessions_take_back(struct sessions *sessions, int64_t now)
{
	for (int i = 0; i < sessions->count; i++) {
		struct worker *w = sessions->list[i];
		if (w->ready && !w->ended && !w->asked_back && w->count - w->settled > 1 &&
		    sessions_is_stuck(w, now))
			worker_ask_back(w);
	}
}

/* Of a session with mailboxes: the recipient at hand. */
static const char *rcpt_at_hand(const struct worker *w)
{
	const struct message *m = w->first;
	for (int i = 0; m != NULL && i < m->rcpt_count; i++) {
		if (m->states[i] == RCPT_OPEN)
			return m->rcpts[i];
	}
	return "";
}

/* By the part that names the mailbox (mbox/deliver_local.c). */
static bool is_same_mailbox(const char *a, const char *b)
{
	size_t i = 0;
	for (; a[i] != '\0' && strchr("@+", a[i]) == NULL; i++) {
		if ((a[i] | 0x20) != (b[i] | 0x20))
			return false;
	}
	return b[i] == '\0' || strchr("@+", b[i]) != NULL;
}

static bool is_at_mailbox(const struct worker *w, const struct message *m)
{
	const char *rcpt = rcpt_at_hand(w);
	for (int i = 0; i < m->rcpt_count && *rcpt != '\0'; i++) {
		if (is_same_mailbox(m->rcpts[i], rcpt))
			return true;
	}
	return false;
}

struct worker *sessions_at_mailbox(struct sessions *sessions, const struct message *m, bool *waits,
    int64_t now)
{
	struct worker *found = NULL;
	*waits = false;
	for (int i = 0; i < sessions->count && !*waits; i++) {
		struct worker *w = sessions->list[i];
		if (!sessions_is_local(w->nexthop) || !is_at_mailbox(w, m))
			continue;
		*waits = w->closing || w->ended || sessions_is_stuck(w, now) || w->count >= WORKER_WINDOW ||
		         w->fd_count >= WORKER_WINDOW_ALL;
		found = w;
	}
	return found;
}

static void put_wait(const struct worker *w, int64_t now, struct buffer *lines)
{
	struct session_wait wait = {0};
	int64_t since = w->ready && w->first != NULL ? w->progress_ms : w->started_ms;
	text_copy(wait.path, sizeof wait.path, w->nexthop->key);
	text_copy(wait.peer, sizeof wait.peer,
	    sessions_is_local(w->nexthop) ? rcpt_at_hand(w) : w->peer);
	if (w->first != NULL)
		text_copy(wait.id, sizeof wait.id, w->first->id);
	wait.stage = stage_find(w->stage);
	wait.since_s = clock_wall_s() - (now - since) / 1000;
	waits_put(lines, &wait);
}

void sessions_write(struct sessions *sessions, const struct queue *queue, int64_t now)
{
	struct buffer lines = {0};
	if (now - sessions->waits_ms < WRITE_MS)
		return;
	sessions->waits_ms = now;
	for (int i = 0; i < sessions->count; i++) {
		const struct worker *w = sessions->list[i];
		if (w->first != NULL && sessions_is_stuck(w, now) && now - w->started_ms > STUCK_MS)
			put_wait(w, now, &lines);
	}
	bool same = lines.length == sessions->waits.length &&
	            (lines.length == 0 || memcmp(lines.data, sessions->waits.data, lines.length) == 0);
	if (same) {
		buffer_free(&lines);
		return;
	}
	waits_write(queue, &lines);
	buffer_free(&sessions->waits);
	sessions->waits = lines;
}
