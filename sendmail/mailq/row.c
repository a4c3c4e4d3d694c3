/* Rows. */
#include "mailq/row.h"
#include "base/text.h"
#include "config/idn.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One reason, however many rows have it: it is large. */
struct row_why {
	struct diagnosis d;
	int rows;
};

/* The reasons met last: mail that waits together waits for the same few. */
static struct row_why *recent[4];
static unsigned turn;

struct row *row_add(struct listing *l, const char *id)
{
	l->rows = mem_grow(l->rows, l->count, sizeof *l->rows);
	struct row *r = &l->rows[l->count++];
	*r = (struct row){.login = mem_copy(""), .sender = mem_copy(""), .program = mem_copy("")};
	text_copy(r->id, sizeof r->id, id);
	r->arrival_s = (int64_t)(id_pack(id) >> 32);
	return r;
}

static void let_go(struct row_why *why)
{
	if (why != NULL && --why->rows == 0)
		free(why);
}

void row_free(struct row *r)
{
	for (int i = 0; i < r->rcpt_count; i++)
		free(r->rcpts[i].address);
	free(r->rcpts);
	for (int i = 0; i < r->why_count; i++)
		let_go(r->whys[i]);
	free(r->whys);
	free(r->login);
	free(r->sender);
	free(r->program);
	free(r->repaired);
	free(r->held_why);
	free(r->problem);
}

void row_set(char **slot, const char *value)
{
	free(*slot);
	*slot = mem_copy(value);
}

/* It is held here, too, until another one takes its place. */
static struct row_why *share(const struct diagnosis *why)
{
	for (size_t i = 0; i < sizeof recent / sizeof recent[0]; i++) {
		if (recent[i] != NULL && memcmp(&recent[i]->d, why, sizeof *why) == 0) {
			recent[i]->rows++;
			return recent[i];
		}
	}
	struct row_why **place = &recent[turn++ % (sizeof recent / sizeof recent[0])];
	let_go(*place);
	*place = mem_alloc(sizeof **place);
	**place = (struct row_why){.d = *why, .rows = 2};
	return *place;
}

void row_set_problem(struct row *r, const char *format, ...)
{
	char words[200];
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	row_set(&r->problem, words);
}

/* Ten thousand recipients of a message have the same reason as a rule, and it is large. */
static const struct diagnosis *keep_why(struct row *r, const struct diagnosis *why)
{
	static const struct diagnosis none;
	if (why == NULL)
		return &none;
	if (r->why_count > 0 && memcmp(&r->whys[r->why_count - 1]->d, why, sizeof *why) == 0)
		return &r->whys[r->why_count - 1]->d;
	r->whys = mem_grow(r->whys, r->why_count, sizeof *r->whys);
	struct row_why *shared = share(why);
	r->whys[r->why_count++] = shared;
	return &shared->d;
}

void row_add_rcpt(struct row *r, const char *address, const struct diagnosis *why)
{
	r->rcpts = mem_grow(r->rcpts, r->rcpt_count, sizeof *r->rcpts);
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
