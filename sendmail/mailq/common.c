/* Counting reasons by their keys. */
#include "mailq/common.h"
#include "diagnosis/catalogue.h"
#include <string.h>

#define KEYS_MAX 64
#define MANY 20

/* Why a message waits: the last attempt's reason for its first recipient.  A held one waits for
   somebody's word. */
static const struct diagnosis *reason_of(const struct row *r)
{
	const struct diagnosis *why = r->rcpt_count > 0 ? r->rcpts[0].why : NULL;
	bool tried = why != NULL && why->verdict == VERDICT_DEFERRED;
	return tried && !r->held && !r->owed ? why : NULL;
}

static bool is_before(const struct common *a, const struct common *b)
{
	return a->needs_change != b->needs_change ? a->needs_change : a->count > b->count;
}

struct common common_reason(const struct listing *l)
{
	struct common all[KEYS_MAX], first = {0};
	int known = 0;
	for (int i = 0; i < l->count; i++) {
		const struct diagnosis *d = reason_of(&l->rows[i]);
		int k = 0;
		while (d != NULL && k < known && !diag_same_key(all[k].why, d))
			k++;
		if (d == NULL || k == KEYS_MAX)
			continue;
		const struct reason *row = catalogue_row(d->key);
		if (k == known)
			all[known++] = (struct common){.why = d, .needs_change = row != NULL && row->stays};
		all[k].count++;
	}
	for (int k = 0; k < known; k++)
		first = first.why == NULL || is_before(&all[k], &first) ? all[k] : first;
	return first;
}

bool common_is_alarming(const struct common *c)
{
	return c->why != NULL && (c->needs_change || c->count >= MANY);
}
