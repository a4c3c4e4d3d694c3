/* Noting answers, and saying what they come to. */
#include "base/text.h"
#include "runner/queue/nexthop_rest.h"

bool nexthop_rest_noted(struct nexthops *n, const struct nexthop *p, struct diagnosis *d,
    uint64_t id, const char *sender, const char *rcpt)
{
	if (!nexthop_leads_over(p, d->hop))
		return false;
	struct server_state *h = d->verdict == VERDICT_DEFERRED
	                             ? server_state_make(&n->servers, d->hop)
	                             : server_state_find(&n->servers, d->hop);
	if (h == NULL || !same_answer_note(&h->same, d, id, sender, rcpt))
		return false;
	TEXT(words, sizeof d->text);
	text_printf(&words, "resting, after the same answer to %d messages in a row: %s",
	    SAME_ANSWER_MAX, d->text);
	text_copy(d->text, sizeof d->text, words.data);
	return true;
}

bool nexthop_rest_is_near(const struct nexthops *n, const struct nexthop *p)
{
	bool near = false;
	for (int i = 0; i < p->name_count; i++) {
		const struct server_state *h = server_state_find(&n->servers, p->names[i]);
		near = near || (h != NULL && h->same.count > 0);
	}
	return near;
}
