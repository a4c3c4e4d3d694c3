/* Rows. */
#include "mailq/row.h"
#include "base/text.h"
#include "config/idn.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void row_begin(struct row *r, const char *id)
{
	*r = (struct row){.login = "", .sender = "", .program = ""};
	text_copy(r->id, sizeof r->id, id);
	r->arrival_s = (int64_t)(id_pack(id) >> 32);
}

void row_set_arrival(struct row *r, int64_t created_us)
{
	if (created_us > 0)
		r->arrival_s = created_us / 1000000;
}

char *row_string(struct row_store *store, const char *value)
{
	return arena_copy(&store->memory, value);
}

static const struct row_why *share(struct row_store *store, const struct diagnosis *why)
{
	for (size_t i = 0; i < ROW_RECENT; i++) {
		if (store->recent[i] != NULL && memcmp(&store->recent[i]->d, why, sizeof *why) == 0)
			return store->recent[i];
	}
	struct row_why *own = arena_get(&store->memory, sizeof *own);
	memcpy(&own->d, why, sizeof *why);
	own->number = ++store->reasons;
	return store->recent[store->turn++ % ROW_RECENT] = own;
}

void row_set_problem(struct row *r, struct row_store *store, const char *format, ...)
{
	char words[200];
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	r->problem = row_string(store, words);
}

/* Ten thousand recipients of a message have the same reason as a rule. */
static void set_why(struct row *r, struct row_store *store, struct row_rcpt *rcpt,
    const struct diagnosis *why)
{
	static const struct diagnosis none;
	if (why == NULL) {
		rcpt->why = &none;
		return;
	}
	const struct row_rcpt *before = r->rcpt_count > 0 ? rcpt - 1 : NULL;
	if (before != NULL && before->number != 0 && memcmp(before->why, why, sizeof *why) == 0) {
		rcpt->why = before->why;
		rcpt->number = before->number;
		return;
	}
	const struct row_why *shared = share(store, why);
	rcpt->why = &shared->d;
	rcpt->number = shared->number;
}

static struct row_rcpt *add_rcpt(struct row *r, struct row_store *store)
{
	r->rcpts = arena_grow(&store->memory, r->rcpts, (size_t)r->rcpt_count, sizeof *r->rcpts);
	r->rcpts[r->rcpt_count] = (struct row_rcpt){0};
	return &r->rcpts[r->rcpt_count];
}

void row_add_rcpt(struct row *r, struct row_store *store, const char *address,
    const struct diagnosis *why)
{
	struct row_rcpt *rcpt = add_rcpt(r, store);
	char *ascii = text_is_ascii(address) ? NULL : idn_to_ascii(address);
	rcpt->address = row_string(store, ascii != NULL ? ascii : address);
	free(ascii);
	set_why(r, store, rcpt, why);
	r->rcpt_count++;
}

bool row_is_alike(const struct row *r, int rcpt)
{
	return rcpt > 0 && r->rcpts[rcpt].why == r->rcpts[rcpt - 1].why &&
	       r->rcpts[rcpt].why->verdict != VERDICT_NONE;
}

void row_move(struct row *to, struct row_store *store, const struct row *r)
{
	*to = *r;
	const char **strings[] = {&to->login, &to->sender, &to->program, &to->held_why, &to->repaired,
	    &to->problem};
	for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
		if (*strings[i] != NULL && **strings[i] != '\0')
			*strings[i] = row_string(store, *strings[i]);
	}
	to->rcpts = NULL;
	to->rcpt_count = 0;
	for (int i = 0; i < r->rcpt_count; i++) {
		struct row_rcpt *rcpt = add_rcpt(to, store);
		rcpt->address = row_string(store, r->rcpts[i].address);
		set_why(to, store, rcpt, r->rcpts[i].number != 0 ? r->rcpts[i].why : NULL);
		to->rcpt_count++;
	}
}

void row_store_empty(struct row_store *store)
{
	arena_empty(&store->memory);
	memset(store->recent, 0, sizeof store->recent);
}
