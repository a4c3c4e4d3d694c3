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

void row_add_rcpt(struct row *r, const char *address, const struct diagnosis *why)
{
	if ((r->rcpt_count & (r->rcpt_count - 1)) == 0)
		r->rcpts =
		    mem_resize(r->rcpts, r->rcpt_count ? 2 * (size_t)r->rcpt_count : 1, sizeof *r->rcpts);
	struct row_rcpt *rcpt = &r->rcpts[r->rcpt_count++];
	*rcpt = (struct row_rcpt){.address = idn_to_ascii(address)};
	if (why != NULL)
		rcpt->why = *why;
}

void row_drop(struct listing *l, int index)
{
	row_free(&l->rows[index]);
	l->count--;
	memmove(&l->rows[index], &l->rows[index + 1], (size_t)(l->count - index) * sizeof *l->rows);
}
