/* Grouping reasons, and wording them. */
#include "mailq/why_answer.h"
#include "mailq/list_reason.h"
#include "base/language.h"
#include "base/output.h"
#include "base/terminal.h"
#include "diagnosis/catalogue.h"
#include "diagnosis/remedy.h"
#include "diagnosis/report.h"
#include <stdlib.h>
#include <string.h>

#define LABEL_COLUMNS 10

void answer_put(FILE *out, int width, const char *label, const char *words)
{
	int columns = terminal_put_label(out, TR(label), LABEL_COLUMNS);
	terminal_wrap_at(out, words, columns, columns, width);
}

/* A key without a row is a reason of its own for each text. */
static bool is_alike(const struct diagnosis *a, const struct diagnosis *b)
{
	return diag_same_key(a, b) && strcmp(a->peer_address, b->peer_address) == 0 &&
	       a->port == b->port && (a->key != REASON_NONE || strcmp(a->text, b->text) == 0);
}

void answer_add(struct answer *a, const char *address, const struct diagnosis *d)
{
	int i = 0;
	while (i < a->count && !is_alike(&a->groups[i].d, d))
		i++;
	if (i == ANSWER_GROUPS_MAX) {
		a->left_out++;
		return;
	}
	struct answer_group *g = &a->groups[i];
	if (i == a->count)
		a->groups[a->count++] = (struct answer_group){.d = *d};
	if (g->count < ANSWER_NAMED_MAX)
		g->names[g->count] = mem_copy(address);
	g->count++;
}

/* What the remedy depends on. */
static void take_values(struct diagnosis *d, const struct diagnosis *why)
{
	d->key = why->key;
	text_copy(d->server, sizeof d->server, why->server);
	text_copy(d->local_address, sizeof d->local_address, why->local_address);
	text_copy(d->login, sizeof d->login, why->login);
}

/* Nothing was tried for this recipient, or something else keeps the message: that is the reason,
   with the key of what holds all mail. */
static void add_untried(struct answer *a, const struct listing *l, const struct row *r,
    const struct row_rcpt *rcpt)
{
	const struct health *h = list_health(l, r, rcpt);
	struct diagnosis d = {0};
	TEXT(reason, 1600);
	list_reason(l, r, rcpt, &reason);
	bool by_health = !r->held && !r->active && !l->of_dead && r->problem == NULL && h != NULL;
	if (by_health)
		take_values(&d, &h->why);
	snprintf(d.text, sizeof d.text, "%s%s", by_health ? TR("it was not tried itself: ") : "",
	    reason.data);
	answer_add(a, rcpt != NULL ? rcpt->address : "", &d);
}

void answer_of(struct answer *a, const struct listing *l, const struct row *r)
{
	bool whole = r->problem != NULL || r->held || r->rcpt_count == 0;
	*a = (struct answer){0};
	if (whole)
		add_untried(a, l, r, r->rcpt_count > 0 ? &r->rcpts[0] : NULL);
	for (int i = 0; i < r->rcpt_count && !whole; i++) {
		if (r->rcpts[i].why->verdict == VERDICT_NONE)
			add_untried(a, l, r, &r->rcpts[i]);
		else
			answer_add(a, r->rcpts[i].address, r->rcpts[i].why);
	}
}

static void put_names(const struct answer_group *g, FILE *out, int width)
{
	struct buffer names = {0};
	for (int i = 0; i < g->count && i < ANSWER_NAMED_MAX; i++) {
		TEXT(safe, 800);
		text_escape(&safe, g->names[i], strlen(g->names[i]));
		buffer_printf(&names, "%s<%s>", i > 0 ? ", " : "", safe.data);
	}
	if (g->count > ANSWER_NAMED_MAX)
		buffer_printf(&names, TR(" and %d more"), g->count - ANSWER_NAMED_MAX);
	answer_put(out, width, TR_LATER("for"), buffer_string(&names));
	buffer_free(&names);
}

/* One step needs no number. */
static void put_steps(const char *remedy, FILE *out, int width)
{
	size_t length;
	const char *at = remedy, *step = catalogue_step(&at, &length);
	bool numbered = *at != '\0';
	for (int n = 1; step != NULL; n++, step = catalogue_step(&at, &length)) {
		TEXT(words, 800);
		text_put_n(&words, step, length);
		terminal_put_label(out, n == 1 ? TR("remedy") : "", LABEL_COLUMNS);
		if (numbered)
			output_to(out, "%d. ", n);
		int indent = LABEL_COLUMNS + (numbered ? 3 : 0);
		terminal_wrap_at(out, words.data, indent, indent, width);
	}
}

static void put_group(const struct answer_group *g, FILE *out, int width)
{
	const struct reason *row = catalogue_row(g->d.key);
	TEXT(reason, 1600);
	TEXT(remedy, REMEDY_SIZE);
	if (g->d.verdict != VERDICT_NONE)
		report_reason(&reason, &g->d);
	else
		text_put(&reason, g->d.text);
	if (row != NULL)
		answer_put(out, width, TR_LATER("meaning"), TR(row->meaning));
	answer_put(out, width, TR_LATER("reason"), reason.data);
	if (row == NULL)
		return;
	if (row->needs_admin)
		answer_put(out, width, TR_LATER("waiting"), TR("will not fix this"));
	remedy_put(&remedy, &g->d, g->count == 1 && g->names[0] != NULL ? g->names[0] : NULL);
	put_steps(remedy.data, out, width);
}

void answer_print(const struct answer *a, FILE *out, int width)
{
	for (int i = 0; i < a->count; i++) {
		if (a->count > 1)
			put_names(&a->groups[i], out, width);
		put_group(&a->groups[i], out, width);
		if (a->count > 1)
			output_to(out, "\n");
	}
	if (a->left_out > 0)
		output_to(out, TR("%d more recipients have other reasons; \"mailq -v\" lists them\n\n"),
		    a->left_out);
}

void answer_free(struct answer *a)
{
	for (int i = 0; i < a->count; i++) {
		for (int k = 0; k < ANSWER_NAMED_MAX; k++)
			free(a->groups[i].names[k]);
	}
	*a = (struct answer){0};
}
