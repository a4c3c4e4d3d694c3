/* Rows. */
#include "mailq/row.h"
#include "base/text.h"
#include "config/idn.h"
#include <stdlib.h>
#include <string.h>

struct row *row_add(struct listing *l, const char *id)
{
	if ((l->count & (l->count - 1)) == 0)
		l->rows = mem_resize(l->rows, l->count ? 2 * (size_t)l->count : 1, sizeof *l->rows);
	struct row *r = &l->rows[l->count++];
	*r = (struct row){.login = mem_copy(""), .sender = mem_copy(""), .program = mem_copy("")};
	text_copy(r->id, sizeof r->id, id);
	r->arrival_s = (int64_t)(id_pack(id) >> 32);
	return r;
}

void row_free(struct row *r)
{
	for (int i = 0; i < r->rcpt_count; i++)
		free(r->rcpts[i].address);
	free(r->rcpts);
	for (int i = 0; i < r->why_count; i++)
		free(r->whys[i]);
	free(r->whys);
	free(r->login);
	free(r->sender);
	free(r->program);
	free(r->repaired);
}

void row_set(char **slot, const char *value)
{
	free(*slot);
	*slot = mem_copy(value);
}

/* Ten thousand recipients of a message have the same reason as a rule, and it is large. */
static const struct diagnosis *keep_why(struct row *r, const struct diagnosis *why)
{
	static const struct diagnosis none;
	if (why == NULL)
		return &none;
	if (r->why_count > 0 && memcmp(r->whys[r->why_count - 1], why, sizeof *why) == 0)
		return r->whys[r->why_count - 1];
	if ((r->why_count & (r->why_count - 1)) == 0)
		r->whys = mem_resize(r->whys, r->why_count ? 2 * (size_t)r->why_count : 1, sizeof *r->whys);
	struct diagnosis *copy = mem_alloc(sizeof *copy);
	*copy = *why;
	r->whys[r->why_count++] = copy;
	return copy;
}

void row_add_rcpt(struct row *r, const char *address, const struct diagnosis *why)
{
	if ((r->rcpt_count & (r->rcpt_count - 1)) == 0)
		r->rcpts =
		    mem_resize(r->rcpts, r->rcpt_count ? 2 * (size_t)r->rcpt_count : 1, sizeof *r->rcpts);
	r->rcpts[r->rcpt_count++] =
	    (struct row_rcpt){.address = idn_to_ascii(address), .why = keep_why(r, why)};
}

bool row_is_alike(const struct row *r, int rcpt)
{
	return rcpt > 0 && r->rcpts[rcpt].why == r->rcpts[rcpt - 1].why &&
	       r->rcpts[rcpt].why->verdict != VERDICT_NONE;
}

void row_drop(struct listing *l, int index)
{
	row_free(&l->rows[index]);
	l->count--;
	memmove(&l->rows[index], &l->rows[index + 1], (size_t)(l->count - index) * sizeof *l->rows);
}
