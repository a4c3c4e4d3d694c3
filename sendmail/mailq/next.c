/* The next try. */
#include "mailq/next.h"
#include "base/language.h"
#include "base/clock.h"
#include "mailq/list_paths.h"
#include "mailq/list_reason.h"
#include <string.h>

static bool is_by_route(const struct row *r)
{
	const struct diagnosis *d = r->rcpt_count > 0 ? r->rcpts[r->rcpt_count - 1].why : NULL;
	return d != NULL && (d->fault == FAULT_ROUTE || d->fault == FAULT_CREDENTIAL);
}

/* Its path was woken since it was tried last: its server works again, or somebody wanted that. */
static bool is_woken(const struct listing *l, const struct row *r)
{
	bool woken = false;
	if (l->woken_count == 0)
		return false;
	const struct paths_of *p = list_paths(l, r, r->rcpt_count > 0 ? r->rcpts[0].address : "");
	for (int i = 0; i < l->woken_count; i++) {
		const struct woken *w = &l->woken[i];
		bool before = r->next_s - r->wait_s <= w->at_s && (w->all || is_by_route(r));
		for (int k = 0; k < p->count && before && !woken; k++)
			woken = strcmp(w->path, p->paths[k]) == 0;
	}
	return woken;
}

/* What is left of its own wait. */
static int64_t own_left_s(const struct listing *l, const struct row *r)
{
	if (r->next_s == 0 || is_woken(l, r))
		return 0;
	int64_t left = r->wait_s - list_counted_s(l, r->next_s - r->wait_s);
	return left > r->wait_s ? r->wait_s : left;
}

void next_of(const struct listing *l, const struct row *r, struct next *n)
{
	int64_t now = clock_wall_s();
	*n = (struct next){.kind = NEXT_NOW};
	if (l->of_dead)
		n->kind = NEXT_DEAD;
	else if (r->held)
		n->kind = NEXT_HELD;
	else if (r->owed)
		n->kind = NEXT_REPORT;
	else if (r->active)
		n->kind = NEXT_RUNNING;
	if (n->kind == NEXT_RUNNING)
		n->at_s = now;
	if (n->kind != NEXT_NOW)
		return;
	if (!l->runner_lives) {
		int64_t left = own_left_s(l, r);
		*n = (struct next){.kind = NEXT_NO_RUNNER, .at_s = left > 0 ? now + left : 0};
		return;
	}
	const struct health *h = list_health(l, r, NULL);
	int64_t left = own_left_s(l, r), of_servers = h != NULL ? h->next_s - now : 0;
	if (h != NULL && h->path[0] == '\0' && h->why.fault == FAULT_CONFIG) {
		n->kind = NEXT_CONFIG;
		return;
	}
	/* Mail that the servers are to blame for goes when they answer; everything else also has its
	 * own time. */
	if (h != NULL && (is_by_route(r) || of_servers > left)) {
		left = of_servers;
		n->by_pace = (h->why.key == REASON_PACE || h->why.key == REASON_PACE_LEARNT);
	}
	n->kind = left > 0 ? NEXT_AT : NEXT_NOW;
	n->at_s = left > 0 ? now + left : now;
}

void next_put_time(int64_t at_s, struct text *t)
{
	int64_t now = clock_wall_s();
	if (at_s <= now) {
		text_put(t, TR("now"));
		return;
	}
	TEXT(span, 60);
	clock_put_span(&span, at_s - now);
	text_printf(t, TR("in %s"), span.data);
}

void next_put(const struct next *n, struct text *t)
{
	switch (n->kind) {
	case NEXT_AT:
	case NEXT_NOW: next_put_time(n->at_s, t); break;
	case NEXT_RUNNING: text_put(t, TR("now: an attempt is running")); break;
	case NEXT_CONFIG: text_put(t, TR("when the configuration is right")); break;
	case NEXT_HELD: text_put(t, TR("when it is released")); break;
	case NEXT_DEAD: text_put(t, TR("never: it is set aside")); break;
	case NEXT_NO_RUNNER:
		if (n->at_s > clock_wall_s()) {
			next_put_time(n->at_s, t);
			text_put(t, TR(" at the earliest, "));
		}
		text_put(t, TR("when the runner is started"));
		break;
	case NEXT_REPORT:
		text_put(t, TR("never: only the report to its sender is left to send"));
		break;
	}
}
