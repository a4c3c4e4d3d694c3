/* Counting reasons by their keys. */
#include "mailq/common.h"
#include "diagnosis/catalogue.h"
#include <stdlib.h>

#define KEYS_MAX 64
#define MANY 20

/* Why a message waits: the last attempt's reason for its first recipient.  A held one waits for
   somebody's word. */
static const struct diagnosis *reason_of(const struct row *r)
{
	const struct diagnosis *why = r->rcpt_count > 0 ? r->rcpts[0].why : NULL;
	bool tried = why != NULL && why->verdict == VERDICT_DEFERRED;
	/* What is gathered goes as it was configured. */
	return tried && !r->held && !r->owed && why->key != REASON_GATHERED ? why : NULL;
}

static bool is_before(const struct common *a, const struct common *b)
{
	return a->needs_change != b->needs_change ? a->needs_change : a->count > b->count;
}

struct common_count {
	struct common all[KEYS_MAX];
	struct diagnosis whys[KEYS_MAX]; /* of all */
	int known;
};

struct common_count *common_begin(void)
{
	return mem_alloc(sizeof(struct common_count));
}

void common_end(struct common_count *c)
{
	free(c);
}

void common_add(struct common_count *c, const struct row *r)
{
	const struct diagnosis *d = reason_of(r);
	int k = 0;
	while (d != NULL && k < c->known && !diag_same_key(&c->whys[k], d))
		k++;
	if (d == NULL || k == KEYS_MAX)
		return;
	const struct reason *row = catalogue_row(d->key);
	if (k == c->known) {
		c->whys[c->known++] = *d;
		c->all[k] =
		    (struct common){.why = &c->whys[k], .needs_change = row != NULL && row->needs_admin};
	}
	c->all[k].count++;
}

struct common common_reason(const struct common_count *c)
{
	struct common first = {0};
	for (int k = 0; k < c->known; k++)
		first = first.why == NULL || is_before(&c->all[k], &first) ? c->all[k] : first;
	return first;
}

bool common_is_alarming(const struct common *c)
{
	return c->why != NULL && (c->needs_change || c->count >= MANY);
}
