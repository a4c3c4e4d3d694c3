/* Counting what waits. */
#include "mailq/summary.h"
#include "mailq/list_reason.h"
#include "mailq/next.h"
#include "base/clock.h"
#include "base/language.h"
#include "base/lookup.h"
#include "base/output.h"
#include "base/terminal.h"
#include "base/text.h"
#include "message/address.h"
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define AGE_STEPS 6

struct group {
	char *words;
	long long count;
	int64_t oldest_s, next_s; /* age; wall time, 0 = not known */
};

struct table {
	struct lookup names; /* by what is alike */
	struct group *groups;
};

static struct group *group_of(struct table *t, const char *name)
{
	size_t i = lookup_find(&t->names, name);
	if (i != LOOKUP_NONE)
		return &t->groups[i];
	i = t->names.count;
	t->groups = mem_grow(t->groups, i, sizeof *t->groups);
	lookup_add(&t->names, mem_copy(name));
	t->groups[i] = (struct group){0};
	return &t->groups[i];
}

static void count(struct table *t, const char *name, const char *words, int64_t age_s,
    int64_t next_s)
{
	struct group *g = group_of(t, name);
	if (g->words == NULL)
		g->words = mem_copy(words);
	g->count++;
	g->oldest_s = age_s > g->oldest_s ? age_s : g->oldest_s;
	if (next_s != 0 && (g->next_s == 0 || next_s < g->next_s))
		g->next_s = next_s;
}

static void free_table(struct table *t)
{
	for (size_t i = 0; i < t->names.count; i++) {
		free((void *)(uintptr_t)t->names.strings[i]);
		free(t->groups[i].words);
	}
	free(t->groups);
	lookup_free(&t->names);
}

static int by_count(const void *left, const void *right)
{
	const struct group *a = left, *b = right;
	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return strcmp(a->words, b->words);
}

/* One that holds all mail, else that of the recipient: a refusal in other words, with another
   number of seconds, is the same reason. */
static void count_reason(struct table *t, const struct listing *l, const struct row *r,
    const struct row_rcpt *rcpt, int64_t age_s)
{
	TEXT(name, 700);
	TEXT(words, 1700);
	const struct health *h = list_health(l, r, rcpt);
	const struct diagnosis *d = rcpt != NULL && rcpt->why->verdict != VERDICT_NONE ? rcpt->why
	                            : h != NULL                                        ? &h->why
	                                                                               : NULL;
	struct next next;
	next_of(l, r, &next);
	int64_t next_s = next.kind <= NEXT_RUNNING ? next.at_s : 0;
	if (r->held) {
		text_put(&words, TR("held until \"mailq release\""));
		if (r->held_why != NULL)
			text_printf(&words, ": %s", r->held_why);
	} else {
		list_reason(l, r, rcpt, &words);
	}
	if (!r->held && d != NULL && d->key != REASON_NONE && d->key != REASON_REPLY_4XX &&
	    d->key != REASON_REPLY_5XX)
		text_printf(&name, "%s %s %s", diag_key(d), d->hop, d->peer_name);
	else
		text_put(&name, words.data);
	count(t, name.data, words.data, age_s, next_s);
}

/* A message counts once for each reason that its recipients have. */
static void count_reasons(struct table *t, const struct listing *l, const struct row *r,
    int64_t age_s)
{
	if (r->rcpt_count == 0)
		count_reason(t, l, r, NULL, age_s);
	for (int i = 0; i < r->rcpt_count; i++) {
		bool seen = i > 0 && (r->held || (diag_same_key(r->rcpts[i].why, r->rcpts[i - 1].why) &&
		                                     strcmp(r->rcpts[i].why->peer_name,
		                                         r->rcpts[i - 1].why->peer_name) == 0));
		if (!seen)
			count_reason(t, l, r, &r->rcpts[i], age_s);
	}
}

/* Columns of a span of time, and where the words after count, age and next try begin. */
#define SPAN_COLUMNS 12
#define REASON_COLUMN 32

static bool is_narrow(FILE *out)
{
	int width = terminal_width(out);
	return width > 0 && width < 60;
}

static void put_spans(FILE *out, const struct listing *l, const struct group *g)
{
	TEXT(age, 40);
	TEXT(next, 40);
	int64_t now = clock_wall_s();
	clock_put_span(&age, g->oldest_s);
	if (!l->runner_lives || g->next_s == 0)
		text_put(&next, "-");
	else if (g->next_s <= now)
		text_put(&next, TR("now"));
	else
		clock_put_span(&next, g->next_s - now);
	output_to(out, "%6lld  ", g->count);
	terminal_put_label(out, age.data, SPAN_COLUMNS);
	terminal_put_label(out, next.data, SPAN_COLUMNS);
}

/* The head of a table: COUNT, above numbers, and then columns of its own. */
static void put_title(FILE *out, int columns)
{
	const char *count = TR("COUNT");
	int own = terminal_columns(count, strlen(count));
	output_to(out, "\n%*s%s%*s", own < columns - 2 ? columns - 2 - own : 0, "", count, 2, "");
}

/* What all tables come to, counted in one go over the messages. */
struct tally {
	struct table reasons, senders, rcpts, domains;
	int messages, held, ages[AGE_STEPS];
	int64_t oldest_s, bytes;
};

static const struct {
	const char *name;
	int64_t below_s;
} age_steps[AGE_STEPS] = {{TR_LATER("up to 5 min"), 300}, {TR_LATER("up to 1 h"), 3600},
    {TR_LATER("up to 4 h"), 14400}, {TR_LATER("up to 1 d"), 86400}, {TR_LATER("up to 3 d"), 259200},
    {TR_LATER("older"), INT64_MAX}};

static void count_people(struct tally *t, const struct row *r)
{
	TEXT(sender, 400);
	text_printf(&sender, "<%s>", r->sender);
	count(&t->senders, sender.data, sender.data, 0, 0);
	for (int k = 0; k < r->rcpt_count; k++) {
		const char *domain = address_domain(r->rcpts[k].address);
		count(&t->rcpts, r->rcpts[k].address, r->rcpts[k].address, 0, 0);
		domain = *domain != '\0' ? domain : TR("(this machine)");
		count(&t->domains, domain, domain, 0, 0);
	}
}

static void tally_all(struct tally *t, struct listing *l)
{
	for (const struct row *r; (r = list_next(l)) != NULL;) {
		int64_t age_s = list_age_s(l, r);
		int k = 0;
		while (age_s >= age_steps[k].below_s)
			k++;
		t->ages[k]++;
		t->oldest_s = age_s > t->oldest_s ? age_s : t->oldest_s;
		t->bytes += r->bytes;
		t->held += r->held;
		t->messages++;
		count_reasons(&t->reasons, l, r, age_s);
		count_people(t, r);
	}
}

static void free_tally(struct tally *t)
{
	free_table(&t->reasons);
	free_table(&t->senders);
	free_table(&t->rcpts);
	free_table(&t->domains);
}

static void put_reasons(FILE *out, const struct listing *l, struct table *t, int rows)
{
	int indent = is_narrow(out) ? 4 : REASON_COLUMN;
	if (t->names.count > 1)
		qsort(t->groups, t->names.count, sizeof *t->groups, by_count);
	put_title(out, 8);
	terminal_put_label(out, TR("OLDEST"), SPAN_COLUMNS);
	terminal_put_label(out, TR("NEXT TRY"), SPAN_COLUMNS);
	output_to(out, "%s\n", TR("REASON"));
	for (size_t i = 0; i < t->names.count && (rows == 0 || i < (size_t)rows); i++) {
		put_spans(out, l, &t->groups[i]);
		output_to(out, indent == 4 ? "\n    " : "");
		terminal_wrap(out, t->groups[i].words, indent, indent);
	}
	if (rows > 0 && t->names.count > (size_t)rows)
		output_to(out, "%6zu  %s\n", t->names.count - (size_t)rows, TR("other reasons"));
}

static void put_first_line(FILE *out, const struct listing *l, const struct tally *t)
{
	TEXT(words, 400);
	TEXT(age, 40);
	clock_put_span(&age, t->oldest_s);
	text_printf(&words, TR("%d message%s wait%s"), t->messages, t->messages == 1 ? "" : "s",
	    t->messages == 1 ? "s" : "");
	if (t->messages > 0)
		text_printf(&words, TR(", the oldest for %s; %lld KiB"), age.data,
		    (long long)((t->bytes + 1023) / 1024));
	if (t->held > 0)
		text_printf(&words, TR("; %d held"), t->held);
	if (l->dead > 0 && !l->of_dead)
		text_printf(&words, TR("; %d set aside (mailq dead)"), l->dead);
	text_put(&words, l->runner_lives ? TR("; the runner is running.")
	                                 : TR("; the runner is not running, so no mail is sent."));
	terminal_wrap(out, words.data, 0, 0);
}

static void put_ages(FILE *out, const struct tally *t)
{
	int most = 0;
	for (int k = 0; k < AGE_STEPS; k++)
		most = t->ages[k] > most ? t->ages[k] : most;
	put_title(out, 8);
	output_to(out, "%s\n", TR("AGE"));
	for (int k = 0; k < AGE_STEPS; k++) {
		output_to(out, "%6d  ", t->ages[k]);
		terminal_put_label(out, TR(age_steps[k].name), SPAN_COLUMNS);
		terminal_bar(out, t->ages[k], most, is_narrow(out) ? 12 : 40);
		output_to(out, "\n");
	}
}

/* An address that is longer than the screen gets a line of its own. */
static void put_counted(FILE *out, long long number, const char *words)
{
	int width = terminal_width(out), own = terminal_columns(words, strlen(words));
	bool below = own + 8 > width && own <= width;
	output_to(out, "%6lld  %s%s\n", number, below ? "\n" : "", words);
}

static void put_most(FILE *out, struct table *t, const char *title, int rows)
{
	if (t->names.count > 1)
		qsort(t->groups, t->names.count, sizeof *t->groups, by_count);
	put_title(out, 8);
	output_to(out, "%s\n", title);
	for (size_t i = 0; i < t->names.count && (rows == 0 || i < (size_t)rows); i++) {
		TEXT(safe, 800);
		text_escape(&safe, t->groups[i].words, strlen(t->groups[i].words));
		put_counted(out, t->groups[i].count, safe.data);
	}
	if (rows > 0 && t->names.count > (size_t)rows)
		output_to(out, "%6zu  %s\n", t->names.count - (size_t)rows, TR("others"));
}

void summary_head(FILE *out, struct listing *l)
{
	struct tally t = {0};
	tally_all(&t, l);
	put_first_line(out, l, &t);
	put_reasons(out, l, &t.reasons, 5);
	output_to(out, "\n");
	free_tally(&t);
}

int summary_print(FILE *out, struct listing *l, int rows)
{
	struct tally t = {0};
	tally_all(&t, l);
	put_first_line(out, l, &t);
	if (t.messages > 0) {
		put_reasons(out, l, &t.reasons, rows);
		put_ages(out, &t);
		put_most(out, &t.senders, TR("SENDER"), rows);
		put_most(out, &t.rcpts, TR("RECIPIENT"), rows);
		put_most(out, &t.domains, TR("DOMAIN"), rows);
	}
	free_tally(&t);
	return EX_OK;
}
