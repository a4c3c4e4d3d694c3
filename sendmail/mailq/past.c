/* Printing finished stories: once through the log for the identifiers, and once for their lines. */
#include "mailq/past.h"
#include "base/complaint.h"
#include "base/language.h"
#include "base/clock.h"
#include "base/fields.h"
#include "base/lookup.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/terminal.h"
#include "base/text.h"
#include "diagnosis/remedy.h"
#include "diagnosis/catalogue.h"
#include "diagnosis/report.h"
#include "mailq/maillog.h"
#include "mailq/pattern.h"
#include "spool/id.h"
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define LINES_MAX 200000

struct past_line {
	size_t message; /* index in ids */
	size_t order;   /* in the log */
	int64_t when_s;
	char *text;
};

struct past {
	char *const *patterns;
	int pattern_count;
	int64_t from_s;
	struct lookup ids;
	struct past_line *lines;
	size_t count;
	bool cut;
};

/* "<a@example.org>" without its brackets. */
static void get_address(const char *text, const char *key, char *value, size_t size)
{
	if (!fields_get(text, key, value, size))
		text_copy(value, size, "");
	size_t n = strlen(value);
	if (n > 0 && value[n - 1] == ',')
		value[--n] = '\0';
	if (n >= 2 && value[0] == '<' && value[n - 1] == '>') {
		memmove(value, value + 1, n - 2);
		value[n - 2] = '\0';
	}
}

static bool fits_field(const struct maillog_line *line, const char *pattern)
{
	static const char *const keys[] = {"from", "to", "key", "status", "verdict"};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		char value[400];
		size_t n = strlen(keys[i]);
		if (strncmp(pattern, keys[i], n) != 0 || pattern[n] != '=')
			continue;
		get_address(line->text, keys[i], value, sizeof value);
		return *value != '\0' &&
		       (fnmatch(pattern + n + 1, value, 0) == 0 || text_equal_ci(pattern + n + 1, value));
	}
	return false;
}

static bool fits(const struct past *p, const struct maillog_line *line)
{
	for (int i = 0; i < p->pattern_count; i++) {
		const char *pattern = p->patterns[i];
		if (strcmp(pattern, "all") == 0 || fits_field(line, pattern) ||
		    (strlen(pattern) >= 4 && text_starts(line->id, pattern)) ||
		    text_find_ci(line->text, pattern) != NULL)
			return true;
	}
	return false;
}

static void find_id(void *context, const struct maillog_line *line)
{
	struct past *p = context;
	if ((line->when_s == 0 || line->when_s >= p->from_s) && fits(p, line) &&
	    lookup_find(&p->ids, line->id) == LOOKUP_NONE)
		lookup_add(&p->ids, mem_copy(line->id));
}

/* The story of a gathered message goes on in its digest, which comes after it in the log. */
static void follow(struct past *p, const char *text)
{
	char id[ID_SIZE], verdict[20], words[200];
	if (!fields_get(text, "verdict", verdict, sizeof verdict) || strcmp(verdict, "sent") != 0 ||
	    !fields_get(text, "text", words, sizeof words) || !text_starts(words, "forwarded"))
		return;
	const char *as = strchr(words, ' '), *name = as != NULL ? strchr(as + 1, ' ') : NULL;
	text_copy(id, sizeof id, name != NULL ? name + 1 : "");
	if (id_valid(id) && lookup_find(&p->ids, id) == LOOKUP_NONE)
		lookup_add(&p->ids, mem_copy(id));
}

static void keep_line(void *context, const struct maillog_line *line)
{
	struct past *p = context;
	size_t message = lookup_find(&p->ids, line->id);
	if (message == LOOKUP_NONE)
		return;
	if (p->count == LINES_MAX) {
		p->cut = true;
		return;
	}
	p->lines = mem_grow(p->lines, p->count, sizeof *p->lines);
	p->lines[p->count] = (struct past_line){message, p->count, line->when_s, mem_copy(line->text)};
	p->count++;
	follow(p, line->text);
}

static int by_message(const void *left, const void *right)
{
	const struct past_line *a = left, *b = right;
	if (a->message != b->message)
		return a->message > b->message ? 1 : -1;
	return (a->order > b->order) - (a->order < b->order);
}

/* The diagnosis that a log line was made of; the text of peer is NAME[ADDRESS]:PORT. */
static void read_outcome(const char *text, struct diagnosis *d)
{
	char verdict[20] = "", stage[40] = "", key[40] = "", peer[400] = "";
	*d = (struct diagnosis){0};
	fields_get(text, "verdict", verdict, sizeof verdict);
	fields_get(text, "stage", stage, sizeof stage);
	fields_get(text, "peer", peer, sizeof peer);
	if (!fields_get(text, "hop", d->hop, sizeof d->hop) &&
	    fields_get(text, "filter", d->hop + 1, sizeof d->hop - 1))
		d->hop[0] = '|';
	fields_get(text, "key", key, sizeof key);
	fields_get(text, "text", d->text, sizeof d->text);
	d->stage = stage_find(stage);
	d->verdict = strcmp(verdict, "sent") == 0     ? VERDICT_SENT
	             : strcmp(verdict, "failed") == 0 ? VERDICT_FAILED
	                                              : VERDICT_DEFERRED;
	if (strcmp(d->hop, "-") == 0)
		d->hop[0] = '\0';
	diag_name(d, strcmp(key, "-") == 0 ? "" : key);
	char *open = strchr(peer, '['), *close = strrchr(peer, ']'), *colon = strrchr(peer, ':');
	if (colon != NULL && (close == NULL || colon > close)) {
		long long port = 0;
		text_number(colon + 1, 0, 65535, &port);
		d->port = (uint16_t)port;
		*colon = '\0';
	}
	if (open != NULL && close > open) {
		*close = *open = '\0';
		text_copy(d->peer_address, sizeof d->peer_address, open + 1);
	}
	if (strcmp(peer, "-") != 0)
		text_copy(d->peer_name, sizeof d->peer_name, peer);
}

/* Where the words of a line begin, and where they go on: on a narrow screen near its edge. */
#define WORDS_COLUMN 23

static int indent(void)
{
	int width = terminal_width(stdout);
	return width > 0 && width < 60 ? 4 : WORDS_COLUMN;
}

static void put_date(int64_t when_s)
{
	TEXT(date, 40);
	if (when_s != 0)
		clock_put_local(&date, when_s);
	if (indent() == WORDS_COLUMN)
		output_to(stdout, "  %-19s  ", date.data);
	else if (date.length > 0)
		output_to(stdout, "  %s\n%*s", date.data, indent(), "");
	else
		output_to(stdout, "%*s", indent(), "");
}

static void put_outcome(const char *text, struct diagnosis *last, char *to, size_t size)
{
	static const enum terminal_paint paints[] = {PAINT_PLAIN, PAINT_GREEN, PAINT_YELLOW, PAINT_RED};
	struct diagnosis d;
	TEXT(words, 2200);
	get_address(text, "to", to, size);
	read_outcome(text, &d);
	long long delay_s = fields_get_number(text, "delay_s", 0),
	          next_s = fields_get_number(text, "next_s", 0);
	int column = indent();
	output_to(stdout, "<%s> ", to);
	column += terminal_columns(to, strlen(to)) + 3;
	const char *verdict = TR(verdict_name(d.verdict));
	terminal_put(stdout, paints[d.verdict], verdict);
	column += terminal_columns(verdict, strlen(verdict));
	text_put(&words, ": ");
	report_reason(&words, &d);
	text_printf(&words, TR(" (try %lld, after "), fields_get_number(text, "try", 1));
	clock_put_span(&words, delay_s);
	if (d.verdict == VERDICT_DEFERRED && next_s > 0) {
		text_put(&words, TR("; next in "));
		clock_put_span(&words, next_s);
	}
	text_put(&words, ")");
	terminal_wrap(stdout, words.data, indent(), column);
	*last = d;
}

/* "from=<A>, size=BYTES, nrcpt=N (queue active)": the queue has it now. */
static void put_accepted(const char *line, struct text *words)
{
	char size[24] = "";
	long long bytes;
	text_put(words, TR("accepted into the queue"));
	fields_get(line, "size", size, sizeof size);
	size[strcspn(size, ",")] = '\0';
	if (text_number(size, 0, INT64_MAX, &bytes))
		text_printf(words, TR(": %lld bytes"), bytes);
}

/* What else happened to it, in the words of the log; a report has a name of its own. */
static void put_event(const char *text)
{
	char id[ID_SIZE + 1], to[400];
	TEXT(words, 1700);
	if (fields_get(text, "bounce", id, sizeof id)) {
		get_address(text, "to", to, sizeof to);
		text_printf(&words, TR("a report goes to <%s>: %s"), to, id);
	} else if (strstr(text, "(queue active)") != NULL) {
		put_accepted(text, &words);
	} else {
		text_put(&words, text);
	}
	terminal_wrap(stdout, words.data, indent(), indent());
}

/* Of the last outcome, unless that is good: what it means, and what to do. */
static void put_meaning(const struct diagnosis *d, const char *to)
{
	TEXT(remedy, REMEDY_SIZE);
	const struct reason *row = catalogue_row(d->key);
	if (row == NULL || d->verdict == VERDICT_SENT)
		return;
	remedy_put(&remedy, d, to);
	output_to(stdout, "  ");
	int column =
	    2 + terminal_put_label(stdout, TR("meaning"), indent() < 10 ? 10 : WORDS_COLUMN - 2);
	terminal_wrap(stdout, TR(row->meaning), indent(), column);
	output_to(stdout, "  ");
	column = 2 + terminal_put_label(stdout, TR("remedy"), indent() < 10 ? 10 : WORDS_COLUMN - 2);
	terminal_wrap(stdout, remedy.data, indent(), column);
}

static void put_message(const struct past *p, size_t first, size_t end)
{
	char from[400] = "", to[400] = "", verdict[20];
	struct diagnosis last = {0};
	const char *id = p->ids.strings[p->lines[first].message];
	bool sender = false; /* a report has an empty one */
	for (size_t i = first; i < end && *from == '\0'; i++) {
		sender = fields_get(p->lines[i].text, "from", from, sizeof from) || sender;
		get_address(p->lines[i].text, "from", from, sizeof from);
	}
	TEXT(words, 700);
	if (sender)
		text_printf(&words, TR("%s  from <%s>"), id, from);
	else
		text_put(&words, id);
	terminal_wrap(stdout, words.data, indent(), 0);
	for (size_t i = first; i < end; i++) {
		const char *text = p->lines[i].text;
		/* What it means and what to do is said once, below. */
		if (strstr(text, "waits, and needs attention: ") != NULL)
			continue;
		put_date(p->lines[i].when_s);
		if (fields_get(text, "verdict", verdict, sizeof verdict))
			put_outcome(text, &last, to, sizeof to);
		else
			put_event(text);
	}
	put_meaning(&last, to);
}

static void put_all(struct past *p)
{
	if (p->count > 1)
		qsort(p->lines, p->count, sizeof *p->lines, by_message);
	for (size_t i = 0, end; i < p->count; i = end) {
		for (end = i; end < p->count && p->lines[end].message == p->lines[i].message;)
			end++;
		if (i > 0)
			output_to(stdout, "\n");
		put_message(p, i, end);
	}
}

int past_print(const char *file, int days, char *const *patterns, int count)
{
	struct past p = {.patterns = patterns, .pattern_count = count};
	p.from_s = days > 0 ? clock_wall_s() - (int64_t)days * 86400 : 0;
	int code = EX_OK;
	if (maillog_each(file, p.from_s, find_id, &p) == 0)
		return EX_NOINPUT;
	if (p.ids.count > 0 && maillog_each(file, p.from_s, keep_line, &p) > 0)
		put_all(&p);
	if (p.cut)
		complaint_say("mailq", "more than %d lines fit; a narrower pattern shows the rest",
		    LINES_MAX);
	if (p.count == 0)
		code = pattern_fits_nothing(patterns[0], true);
	for (size_t i = 0; i < p.count; i++)
		free(p.lines[i].text);
	for (size_t i = 0; i < p.ids.count; i++)
		free((void *)(uintptr_t)p.ids.strings[i]);
	lookup_free(&p.ids);
	free(p.lines);
	return code;
}
