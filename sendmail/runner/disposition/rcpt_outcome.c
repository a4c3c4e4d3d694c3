/* One recipient's outcome. */
#include "diagnosis/deed.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/log.h"
#include "base/text.h"
#include "diagnosis/report.h"
#include "message/dsn.h"
#include "runner/attempt/message.h"
#include "runner/disposition/rcpt_outcome.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/queue/tried.h"
#include "runner/queue/watcher.h"
#include <stdlib.h>
#include <string.h>

static int64_t age_s(const struct ages *ages, const struct message *m)
{
	return ages_of(ages, m->envelope.created_us / 1000000);
}

static void log_outcome(const struct runner *r, const struct message *m, int rcpt, int64_t next_s,
    const struct diagnosis *d)
{
	const char *orcpt = m->asked[rcpt].orcpt != NULL ? m->asked[rcpt].orcpt : "";
	char *orig = mem_copy(text_starts_ci(orcpt, "rfc822;") ? orcpt + 7 : "");
	if (!dsn_xtext_decode(orig))
		orig[0] = '\0';
	report_log(&(struct report_delivery){.id = m->id,
	               .sender = m->sender,
	               .recipient = m->rcpts[rcpt],
	               .orig_to = text_equal_ci(orig, m->rcpts[rcpt]) ? "" : orig,
	               .attempt = m->attempt,
	               .delay_s = age_s(&r->ages, m),
	               .next_s = next_s},
	    d, "");
	free(orig);
}

int rcpt_outcome_count(const struct message *m, enum rcpt_state state)
{
	int count = 0;
	for (int i = 0; i < m->rcpt_count; i++)
		count += m->states[i] == state;
	return count;
}

static void notify_watcher(const struct message *m, int rcpt, bool next, const struct diagnosis *d)
{
	struct buffer line = {0};
	if (m->entry->watcher == NULL)
		return;
	journal_put_rcpt(&line, clock_wall_s(), m->rcpts[rcpt], next, d);
	watcher_lines(m->entry, &line);
	buffer_free(&line);
}

/* The path with which the next attempt begins. */
static struct nexthop *next_path(const struct config *config, struct nexthops *nexthops,
    const struct message *m)
{
	struct paths_of paths = {.count = 0};
	bool moved = tried_any_nexthop(m->entry->tried);
	for (int i = 0; i < m->rcpt_count && moved && paths.count == 0; i++) {
		if (m->states[i] != RCPT_SENT && m->states[i] != RCPT_FAILED)
			rules_paths(config, m->sender, m->envelope.uid, m->rcpts[i], &paths);
	}
	return nexthop_find(nexthops, paths.count > 0 ? paths.paths[0] : m->nexthop);
}

/* While all servers of its path fail, mail is tried when they are asked, and has no other time:
   what they are to blame for not later, everything else not sooner. */
static int held_wait_s(struct runner *r, const struct message *m, const struct diagnosis *d,
    int wait_s)
{
	int held_s = nexthop_ask_s(&r->nexthops, next_path(&r->config, &r->nexthops, m));
	bool waits_for_nexthop = d->fault == FAULT_ROUTE || d->fault == FAULT_CREDENTIAL;
	return held_s > 0 && (waits_for_nexthop || held_s > wait_s) ? held_s : wait_s;
}

int rcpt_outcome_wait_s(struct runner *r, struct message *m, const struct diagnosis *d)
{
	enum reason_key key = d->key;
	/* A server that takes few recipients at a time has taken some: the rest need not wait.  Each
	 * round has fewer of them. */
	if (m->wait_s == 0 && key == REASON_TOO_MANY_RECIPIENTS && rcpt_outcome_count(m, RCPT_SENT) > 0)
		m->wait_s = 1;
	if (m->wait_s == 0)
		m->wait_s = held_wait_s(r, m, d,
		    schedule_wait_s(&r->config, m->attempt, deed_wait_s(key), compat_random()));
	return m->wait_s;
}

void rcpt_outcome_note(struct runner *r, struct message *m, int rcpt, enum rcpt_state later,
    const struct diagnosis *d)
{
	if (rcpt < 0 || rcpt >= m->rcpt_count || m->states[rcpt] == RCPT_SENT ||
	    m->states[rcpt] == RCPT_FAILED)
		return;
	m->noted += m->states[rcpt] == RCPT_OPEN;
	if (d->verdict == VERDICT_SENT) {
		m->states[rcpt] = RCPT_SENT;
		m->success[rcpt] = m->relayed[rcpt] ? diag_keep(d) : NULL;
		r->sent++;
	} else if (d->verdict == VERDICT_FAILED) {
		m->states[rcpt] = RCPT_FAILED;
		r->failed++;
		message_add_failure(m, d);
	} else {
		m->states[rcpt] = later;
		r->deferred++;
		m->last = *d;
	}
	counters_outcome(&r->counters, d, age_s(&r->ages, m));
	log_outcome(r, m, rcpt, m->states[rcpt] == RCPT_DEFERRED ? rcpt_outcome_wait_s(r, m, d) : 0, d);
	notify_watcher(m, rcpt, later == RCPT_NEXT, d);
	/* The usual message has one recipient and goes at once: nothing about it needs to be written
	 * down. */
	if (m->rcpt_count + m->elsewhere + m->waiting + m->held > 1 || m->has_journal ||
	    d->verdict != VERDICT_SENT)
		journal_put_rcpt(d->verdict == VERDICT_FAILED ? &m->failed_lines : &m->lines,
		    clock_wall_s(), m->rcpts[rcpt], later == RCPT_NEXT, d);
}
