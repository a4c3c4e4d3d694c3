/* Held recipients. */
#include "base/clock.h"
#include "base/log.h"
#include "runner/attempt/message.h"
#include "runner/attempt/unresolved.h"

static void put_reason(const struct recipient_held *h, struct diagnosis *d)
{
	*d = (struct diagnosis){0};
	diag_set(d, VERDICT_DEFERRED, STAGE_CONFIG, h->key, "%s", h->why);
	d->fault = FAULT_CONFIG;
}

void unresolved_find(struct message *m, struct journal *j)
{
	struct recipients *all = &m->all;
	m->held = 0;
	for (int i = 0; i < all->held_count; i++) {
		struct recipient_held h = all->held[i];
		const struct journal_rcpt *last = journal_find(j, h.what);
		if (journal_settled(j, h.what))
			continue;
		h.logged = last != NULL && last->attempt == m->attempt;
		all->held[i] = all->held[m->held];
		all->held[m->held++] = h;
	}
	if (m->held > 0 && m->last.verdict == VERDICT_NONE)
		put_reason(&all->held[0], &m->last);
}

void unresolved_note(struct message *m)
{
	for (int i = 0; i < m->all.discarded_count && m->attempt == 1 && !m->has_journal; i++)
		log_line(LOG_NOTICE, "%s %s", m->id, m->all.discarded[i]);
	for (int i = 0; i < m->held; i++) {
		struct recipient_held *h = &m->all.held[i];
		struct diagnosis d;
		if (h->logged)
			continue;
		h->logged = true;
		put_reason(h, &d);
		log_line(LOG_WARNING, "%s to=<%s> waits: %s", m->id, h->what, h->why);
		journal_put_rcpt(&m->lines, clock_wall_s(), h->what, false, &d);
	}
}
