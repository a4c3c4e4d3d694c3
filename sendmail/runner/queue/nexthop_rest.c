/* Noting answers, and saying what they come to. */
#include "base/text.h"
#include "runner/queue/nexthop_rest.h"

bool nexthop_rest_noted(struct nexthops *n, const struct nexthop *p, struct diagnosis *d,
    uint64_t id, uint32_t uid, const char *sender, const char *rcpt)
{
	if (!nexthop_leads_over(p, d->hop))
		return false;
	struct server_state *h = d->verdict == VERDICT_DEFERRED
	                             ? server_state_make(&n->servers, d->hop)
	                             : server_state_find(&n->servers, d->hop);
	if (h == NULL || !same_answer_note(&h->same, d, id, uid, sender, rcpt))
		return false;
	TEXT(words, sizeof d->text);
	text_printf(&words, "resting, after the same answer to %d messages in a row: %s",
	    SAME_ANSWER_MAX, d->text);
	text_copy(d->text, sizeof d->text, words.data);
	return true;
}

/* It fails, and for no other reason. */
static bool rests_for_one(const struct server_state *h)
{
	return h != NULL && h->failures > 0 && h->same.count == SAME_ANSWER_MAX &&
	       !h->same.of_several && h->why.key == h->same.key && h->why.stage == h->same.stage;
}

static int count_resting(const struct nexthops *n, const struct nexthop *p, uint32_t uid, bool own)
{
	int count = 0;
	for (int i = 0; i < p->name_count; i++) {
		const struct server_state *h = server_state_find(&n->servers, p->names[i]);
		count += rests_for_one(h) && (h->same.uid == uid) == own;
	}
	return count;
}

bool nexthop_rest_is_of(const struct nexthops *n, const struct nexthop *p, uint32_t uid)
{
	return count_resting(n, p, uid, true) > 0 && count_resting(n, p, uid, false) == 0;
}

bool nexthop_rest_is_of_another(const struct nexthops *n, const struct nexthop *p, uint32_t uid)
{
	return count_resting(n, p, uid, false) > 0;
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
