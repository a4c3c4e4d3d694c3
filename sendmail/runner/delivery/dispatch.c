/* Who gets what, and when: the paths, their workers, the pass. */
#include "base/clock.h"
#include "base/log.h"
#include "runner/attempt/attempt_log.h"
#include "runner/attempt/message.h"
#include "runner/attempt/unresolved.h"
#include "runner/delivery/dispatch.h"
#include "runner/delivery/gathered.h"
#include "runner/disposition/disposition.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/nexthop_pace.h"
#include "runner/queue/nexthop_rest.h"
#include "runner/queue/nexthop_skips.h"
#include "runner/queue/reroute.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/queue/tried.h"
#include "runner/queue/watcher.h"
#include "runner/session/sessions.h"
#include "runner/session/worker.h"
#include <string.h>

#define START_AGAIN_MS 10000
#define USER_WAITS_MS 1500 /* then it is looked whether a session of the user has got on */
#define MAILBOX_WAITS_MS 2000
#define RCPTS_OF_USER 5000 /* that sessions may have in hand before more of their mail is begun */
#define RCPTS_WAIT_MS 300
#define TURN_MS 200 /* then others' new mail and answers come in between */

/* The server ends a session after so many messages, or is to get no more in one: we end it. */
static bool has_had_its_share(const struct nexthops *nexthops, const struct worker *w, int64_t now)
{
	const struct nexthop *p = w->nexthop;
	const struct smarthost *s = nexthop_pace_server(nexthops, p);
	if (s != NULL && ((s->session_messages > 0 && w->given >= s->session_messages) ||
	                     (s->session_recipients > 0 && w->given_rcpts >= s->session_recipients)))
		return true;
	return p->per_session > 0 && now < p->per_session_until_ms && w->given >= p->per_session;
}

/* A worker of the same kind with room, the least busy one.  *busy: those that get on. */
static struct worker *find_worker(struct runner *r, const struct entry *e, bool *starting,
    int *busy, int64_t now)
{
	struct worker *best = NULL;
	*starting = false, *busy = 0;
	for (int i = 0; i < r->sessions->count; i++) {
		struct worker *w = r->sessions->list[i];
		/* Whether its program could be run is known when it is reaped. */
		*starting = *starting ||
		            (w->nexthop == e->nexthop && w->heard_bytes == 0 && (w->ended || w->broken));
		if (w->closing || w->ended || w->nexthop != e->nexthop ||
		    !tried_same_servers(w->avoid, e->tried))
			continue;
		/* Who connects finds out for all. */
		*starting = *starting || !w->ready || sessions_finds_out(w, e->uid, now) ||
		            (w->settled > 0 && !sessions_is_stuck(w, now));
		if (has_had_its_share(&r->nexthops, w, now))
			worker_close(w);
		if (w->closing || sessions_is_stuck(w, now) || !sessions_may_share(r, w, e->uid, now))
			continue;
		(*busy)++;
		if ((best == NULL || w->count < best->count) && sessions_have_room(&r->nexthops, w))
			best = w;
	}
	return best;
}

/* A second session pays only when there is more than one batch for it, the servers allow it, and
   the one before it made mail go faster. */
static bool wants_another(const struct runner *r, struct nexthop *p, int busy, bool starting,
    int64_t now)
{
	bool limited = p->limit > 0 && p->workers >= p->limit;
	/* A limit that was met is tried again after a while, when nothing gets on within it. */
	if (busy == 0)
		return !limited || now >= p->limit_until_ms;
	if (starting || limited || nexthop_state(&r->nexthops, p, 0) != NEXTHOP_UP ||
	    nexthop_rest_is_near(&r->nexthops, p))
		return false;
	if ((long long)p->schedule.count <= (long long)busy * r->config.messages_per_session)
		return false;
	return sessions_is_local(p) || p->kind == NEXTHOP_FILTER ||
	       throughput_wants_more(&p->throughput, p->workers, sessions_least_done(r->sessions, p),
	           now);
}

static bool is_shown(const struct sessions *sessions)
{
	int i = 0;
	while (i < sessions->count && !sessions->list[i]->shows)
		i++;
	return i < sessions->count;
}

/* Trying at once again without a process would fill the log.  A single pass ends then. */
static struct worker *start(struct runner *r, struct nexthop *p, const struct tried *avoid,
    bool shows)
{
	int64_t now = clock_mono_ms();
	if (now < r->sessions->start_again_ms)
		return NULL;
	struct worker *w = worker_start(r, p, avoid, shows);
	r->sessions->start_again_ms = w != NULL ? 0 : now + START_AGAIN_MS;
	if (w == NULL && r->sessions->count == 0 && r->lifetime == LIFETIME_ONCE) {
		log_line(LOG_ERR, "this queue run ends here; the mail waits for the next one");
		r->leaving = true;
	}
	return w;
}

/* A session of its own for a message whose dialogue is watched, one such at a time; NULL: it goes
   as other mail does, and its watcher sees only the steps.  *wait: room is being made for it. */
static struct worker *worker_for_watched(struct runner *r, const struct entry *e, bool *wait)
{
	const struct nexthop *p = e->nexthop;
	if (!watcher_talks(e) || is_shown(r->sessions))
		return NULL;
	bool full = !sessions_may_start(r, p, e->uid, clock_mono_ms()) ||
	            (p->limit > 0 && p->workers >= p->limit);
	for (int i = 0; i < r->sessions->count && full; i++) {
		*wait = *wait || r->sessions->list[i]->count == 0;
		if (r->sessions->list[i]->count == 0)
			worker_close(r->sessions->list[i]);
	}
	struct worker *w = full ? NULL : start(r, e->nexthop, e->tried, true);
	if (w != NULL)
		r->sessions->list[r->sessions->count++] = w;
	return w;
}

static struct worker *worker_for(struct runner *r, const struct entry *e, int64_t now)
{
	bool wait = false;
	struct worker *own = worker_for_watched(r, e, &wait);
	if (own != NULL || wait)
		return own;
	bool starting;
	int busy;
	struct nexthop *p = e->nexthop;
	struct worker *w = find_worker(r, e, &starting, &busy, now);
	bool more = (w == NULL || w->count > 0) && !(w == NULL && starting) &&
	            wants_another(r, p, busy, starting, now);
	if (!more)
		return w;
	if (!sessions_may_start(r, p, e->uid, now)) {
		if (w == NULL)
			sessions_make_room(r, p, e->tried, now);
		return w;
	}
	struct worker *fresh = start(r, p, e->tried, false);
	if (fresh == NULL)
		return w;
	if (r->sessions->yield_to == p)
		r->sessions->yield_to = NULL;
	r->sessions->list[r->sessions->count++] = fresh;
	return fresh;
}

/* The message that may be tried next; NULL: none now.  While all servers of a path fail, only a
 * probe is due: at its time, for new mail when the last one is a minute old, and when an operator
 * asks. */
static struct entry *next_to_try(struct runner *r, const struct nexthop *p, int64_t now)
{
	struct entry *e = schedule_first(&p->schedule);
	if (e == NULL || !r->config_good || r->leaving || e->held)
		return NULL;
	enum nexthop_state state = nexthop_state(&r->nexthops, p, now);
	if (state == NEXTHOP_UP || nexthop_rest_is_of_another(&r->nexthops, p, e->uid))
		return e->due_ms <= now ? e : NULL;
	if (p->workers > 0)
		return NULL;
	if (state == NEXTHOP_PROBE)
		return schedule_prober(&p->schedule, now);
	return schedule_is_asked(e) || (e->due_ms < 0 && nexthop_new_mail_may_ask(&r->nexthops, p, now))
	           ? e
	           : NULL;
}

/* True: the first message waits for servers that rest because of its user's mail, and is after
 * that of others now, who may ask. */
static bool put_behind(const struct runner *r, struct nexthop *p, int64_t now)
{
	struct entry *e = schedule_first(&p->schedule);
	int64_t until = nexthop_until_ms(&r->nexthops, p);
	if (e == NULL || !r->config_good || r->leaving || e->held || e->due_ms > now || until <= now ||
	    schedule_is_asked(e) || !nexthop_rest_is_of(&r->nexthops, p, e->uid))
		return false;
	e->put_off = true;
	schedule_move(&p->schedule, e, until);
	return true;
}

/* Takes an entry out of the schedule of its path to work on it, as disposition_begin.  NULL, too,
   when it belongs elsewhere by now, or must not be begun on a full disk: then it has its new
   place. */
static struct message *take(struct runner *r, struct nexthop *p, struct entry *e)
{
	schedule_take(&p->schedule, e);
	struct message *m = disposition_begin(r, e);
	if (m == NULL)
		return NULL;
	/* The configuration or the aliases say something else by now. */
	if ((m->rcpt_count > 0 || m->held > 0) && strcmp(m->nexthop, p->key) != 0) {
		int64_t due_ms = e->due_ms;
		e->nexthop = nexthop_find(&r->nexthops, m->nexthop);
		message_free(m);
		schedule_add_moved(&e->nexthop->schedule, e, due_ms);
		return NULL;
	}
	/* Who of several has it must be noted before it goes on: on a full disk that is not begun. */
	if (m->rcpt_count + m->elsewhere + m->waiting + m->held > 1 &&
	    clock_mono_ms() < r->notes.full_until_ms) {
		message_free(m);
		schedule_add(&p->schedule, e, r->notes.full_until_ms);
		return NULL;
	}
	return m;
}

/* What the server of p has in hand, and whether it may have one message more. */
static bool waits_for_pace(struct runner *r, struct nexthop *p, int rcpts)
{
	const struct smarthost *s = nexthop_pace_server(&r->nexthops, p);
	struct pace_load load = {.more = rcpts};
	if (s == NULL || !pace_is_limited(&r->nexthops.paces, s))
		return false;
	for (int i = 0; i < r->sessions->count; i++) {
		const struct worker *w = r->sessions->list[i];
		if (w->ready ? strcmp(w->hop, s->name) != 0 : !nexthop_leads_over(w->nexthop, s->name))
			continue;
		for (const struct message *m = w->first; m != NULL; m = m->next) {
			load.messages++;
			load.recipients += m->rcpt_count;
		}
	}
	return nexthop_pace_holds(&r->nexthops, p, s, &load);
}

/* A message that is on its way already has no recipient left: a crash came before its removal.
 * *full: the pace has no room for its recipients, and it waits. */
static bool give(struct runner *r, struct worker *w, struct entry *e, bool *full)
{
	struct message *m = take(r, e->nexthop, e);
	if (m == NULL)
		return false;
	bool waits = false;
	struct worker *at = w != NULL && e->nexthop->kind == NEXTHOP_LOCAL
	                        ? sessions_at_mailbox(r->sessions, m, &waits, clock_mono_ms())
	                        : NULL;
	w = at != NULL ? at : w;
	if (waits) {
		message_free(m);
		e->put_off = true;
		schedule_add(&e->nexthop->schedule, e, clock_mono_ms() + MAILBOX_WAITS_MS);
		return false;
	}
	e->put_off = false;
	if (w != NULL && m->rcpt_count > 1 && waits_for_pace(r, e->nexthop, m->rcpt_count)) {
		message_free(m);
		schedule_add_moved(&e->nexthop->schedule, e, clock_mono_ms());
		*full = true;
		return false;
	}
	struct buffer none = {0};
	attempt_log_show(r, m, w != NULL ? &w->steps : &none);
	unresolved_note(m);
	watcher_lines(e, &m->lines);
	if (m->rcpt_count == 0) {
		disposition_end(r, m, &none, 0);
		return false;
	}
	worker_give(w, m);
	return true;
}

/* One message with 10,000 recipients is a session's work for a while: who has such mail under way
 * waits with the rest of theirs, and leaves sessions to others. */
static bool has_plenty(const struct sessions *sessions, const struct nexthop *p, uint32_t uid)
{
	int open = 0;
	for (int i = 0; i < sessions->count; i++) {
		for (const struct message *m = sessions->list[i]->nexthop == p ? sessions->list[i]->first
		                                                               : NULL;
		     m != NULL; m = m->next)
			open += m->entry->uid == uid ? m->rcpt_count - m->noted : 0;
	}
	return open >= RCPTS_OF_USER;
}

/* Its nexthop fails: what has another way is sent on, and what had tried another way before ends
 * its attempt. */
static void reroute(struct runner *r, struct nexthop *p, struct entry *e, int64_t now)
{
	struct diagnosis why = {0};
	struct buffer steps = {0};
	int64_t due_ms = e->due_ms;
	struct message *m = take(r, p, e);
	if (m == NULL)
		return;
	e->looked_ms = now;
	nexthop_why(&r->nexthops, p, &why);
	nexthop_skips_put(&r->nexthops, p, &steps);
	if (!disposition_reroute(r, m, &why, &steps)) {
		message_free(m);
		schedule_add_moved(&p->schedule, e, due_ms);
	}
	buffer_free(&steps);
}

static void reroute_path(struct runner *r, struct nexthop *p, int64_t now)
{
	struct entry *due[REROUTE_AT_A_TIME];
	if (reroute_next_ms(r, p, now) > now)
		return;
	for (int i = 0, count = reroute_due(r, p, now, due); i < count; i++)
		reroute(r, p, due[i], now);
	/* Entries that were just put back do not count as added. */
	p->schedule.added = false;
}

/* What changed since sessions began counts for new ones. */
static void close_outdated(struct sessions *sessions, struct nexthops *nexthops)
{
	for (int i = 0; i < sessions->count; i++) {
		if (sessions->outdated ||
		    (sessions->list[i]->nexthop->renewed && sessions->list[i]->count == 0))
			worker_close(sessions->list[i]);
	}
	for (int i = 0; i < nexthops->count; i++)
		nexthops->list[i]->renewed = false;
	sessions->outdated = false;
}

static void dispatch_path(struct runner *r, struct nexthop *p, int64_t now)
{
	struct entry *e;
	bool full = false;
	if (nexthop_state(&r->nexthops, p, now) == NEXTHOP_UP)
		schedule_ready(&p->schedule, now);
	while (!full && ((e = next_to_try(r, p, now)) != NULL || put_behind(r, p, now))) {
		if (e == NULL)
			continue;
		r->sessions->unfinished = clock_mono_ms() - now > TURN_MS;
		if (r->sessions->unfinished)
			break;
		bool alone = p->kind == NEXTHOP_HERE;
		if (!alone && waits_for_pace(r, p, 1))
			break;
		int wait_ms = alone                                    ? 0
		              : sessions_user_waits(r, p, e->uid, now) ? USER_WAITS_MS
		              : has_plenty(r->sessions, p, e->uid)     ? RCPTS_WAIT_MS
		                                                       : 0;
		if (wait_ms > 0) {
			e->put_off = true;
			schedule_move(&p->schedule, e, now + wait_ms);
			continue;
		}
		struct worker *w = alone ? NULL : worker_for(r, e, now);
		if (w == NULL && !alone)
			break;
		p->probed_ms = now, p->probed_new = p->schedule.new_count;
		bool given = give(r, w, e, &full);
		if (w != NULL && w->shows)
			worker_close(w);
		if (given && nexthop_state(&r->nexthops, p, now) != NEXTHOP_UP)
			break;
	}
	reroute_path(r, p, now);
}

/* The paths take turns at being first, so that a busy one leaves sessions to the others. */
void dispatch_all(struct runner *r)
{
	int64_t now = clock_mono_ms();
	r->sessions->turn++;
	r->sessions->unfinished = false;
	close_outdated(r->sessions, &r->nexthops);
	sessions_take_back(r->sessions, now);
	for (int i = 0; i < r->nexthops.count && !r->sessions->unfinished; i++) {
		unsigned at = r->sessions->turn + (unsigned)i;
		struct nexthop *p = r->nexthops.list[at % (unsigned)r->nexthops.count];
		(p->kind == NEXTHOP_GATHER ? gathered_send : dispatch_path)(r, p, now);
	}
	for (int i = 0; i < r->sessions->count; i++)
		worker_flush(r->sessions->list[i]);
	sessions_write(r->sessions, &r->queue, now);
}
