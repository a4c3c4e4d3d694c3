/* The reasons of what waits. */
#include "mailq/list_reason.h"
#include "base/language.h"
#include "config/idn.h"
#include "diagnosis/report.h"
#include "mailq/list_paths.h"
#include "mailq/waiting.h"
#include <stdlib.h>
#include <string.h>

/* Aliases are not applied here, so a bare name goes the way of mail without a rule. */
const struct health *list_health(const struct listing *l, const struct row *r,
    const struct row_rcpt *rcpt)
{
	if (rcpt == NULL && r->rcpt_count > 0)
		rcpt = &r->rcpts[0];
	/* Without a runner nobody has tried what came since it wrote that. */
	if (l->health_count == 0 || (!l->runner_lives && r->arrival_s > l->health_s))
		return NULL;
	const struct paths_of *p = list_paths(l, r, rcpt != NULL ? rcpt->address : "");
	for (int k = -1; k < p->count; k++) {
		for (int i = 0; i < l->health_count; i++) {
			if (strcmp(l->health[i].path, k < 0 ? "" : p->paths[k]) == 0)
				return &l->health[i];
		}
	}
	return NULL;
}

/* The words of a reason that many messages share are put together once.  number: see struct
 * row_rcpt; 0: of a way. */
static void put_shared(const struct listing *l, const struct diagnosis *why, int64_t number,
    struct text *t)
{
	struct list_memo *m = l->memo;
	if (m->reason != why || m->number != number) {
		struct text words;
		text_init(&words, m->words, sizeof m->words);
		report_reason(&words, why);
		m->reason = why;
		m->number = number;
	}
	text_put(t, m->words);
}

void list_reason(const struct listing *l, const struct row *r, const struct row_rcpt *rcpt,
    struct text *t)
{
	const struct health *h = NULL;
	if (r->problem != NULL)
		text_put(t, r->problem);
	else if (l->of_dead && (rcpt == NULL || rcpt->why->verdict == VERDICT_NONE))
		text_put(t, TR("set aside; the mail log says why"));
	else if (r->held && r->held_why != NULL)
		text_printf(t, TR("held: %s; \"mailq release %s\" lets it go"), r->held_why, r->id);
	else if (r->held)
		text_printf(t, TR("held by uid %lld; \"mailq release %s\" lets it go"),
		    (long long)r->held_by, r->id);
	else if (rcpt != NULL && rcpt->why->verdict != VERDICT_NONE) {
		put_shared(l, rcpt->why, rcpt->number, t);
		text_put(t,
		    r->owed ? TR("; the report to the sender waits to go together with others") : "");
	} else if (r->active) {
		text_put(t, r->attempts > 1 ? TR("an attempt is running now")
		                            : TR("the first attempt is running now"));
		waiting_put_own(l, r, t);
	} else if ((h = list_health(l, r, rcpt)) != NULL)
		put_shared(l, &h->why, 0, t);
	else if (r->in_drop || !l->runner_lives)
		text_put(t, l->runner_lives ? TR("just submitted; the runner picks it up at once")
		                            : TR("not tried yet: the runner is not running"));
	else if (!waiting_put_others(l, r, rcpt, t))
		text_put(t, TR("not tried yet"));
}

void list_put_unicode(const char *address, struct text *t)
{
	/* Most domains are no IDN: nothing is copied for those. */
	char *unicode = strstr(address, "--") != NULL && text_find_ci(address, "xn--") != NULL
	                    ? idn_to_unicode(address)
	                    : NULL;
	if (unicode == NULL)
		return;
	text_put(t, " (");
	text_escape(t, unicode, strlen(unicode));
	text_put(t, ")");
	free(unicode);
}
