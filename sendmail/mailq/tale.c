/* Journal lines in words, and folding. */
#include "mailq/tale.h"
#include "base/language.h"
#include "base/clock.h"
#include "base/fields.h"
#include "base/output.h"
#include "base/terminal.h"
#include "base/text.h"
#include "diagnosis/report.h"
#include "diagnosis/steps.h"
#include <stdlib.h>
#include <string.h>

#define INDENT 5
#define DECISION_COLUMNS 15
#define NAMED_MAX 3 /* recipients with one outcome that are named; the others are counted */

/* Recipients, one after the other, with the same outcome. */
struct outcomes {
	int count;
	struct story_rcpt first;
	struct buffer names;
};

struct tale {
	FILE *out;
	int width;
	enum tale_form form;
	long long n;                     /* attempt that is being read; 0 = none yet */
	int64_t begun_s;                 /* wall time */
	struct buffer words;             /* its lines; the first character says which kind */
	struct buffer mark, mark_before; /* what makes two attempts equal */
	struct outcomes same;
	long long from, to; /* attempts that were equal to the one before; to 0 = none */
	int64_t from_s, to_s;
};

static void print(const struct tale *t, char kind, const char *text)
{
	bool decision = kind == 'd';
	output_to(t->out, "%*s%s", INDENT, "", decision ? TR("decision  ") : "");
	terminal_wrap_at(t->out, text, decision ? DECISION_COLUMNS : INDENT + 2,
	    decision ? DECISION_COLUMNS : INDENT, t->width);
}

/* Another server in the same attempt finds the same names again. */
static bool is_said(struct tale *t, const char *line)
{
	const char *found = buffer_string(&t->words);
	size_t length = strlen(line);
	while ((found = strstr(found, line)) != NULL) {
		if ((found == t->words.data || found[-1] == '\n') && found[length] == '\n')
			return true;
		found++;
	}
	return false;
}

/* kind: 's' a step, 'o' an outcome, 'd' a decision. */
static void say(struct tale *t, char kind, const char *text)
{
	struct buffer line = {0};
	if (t->form == TALE_LIVE) {
		print(t, kind, text);
		return;
	}
	buffer_printf(&line, "%c%s", kind, text);
	if (kind != 's' || !is_said(t, buffer_string(&line)))
		buffer_printf(&t->words, "%s\n", buffer_string(&line));
	buffer_free(&line);
}

/* Times and what a server says after its code (session names, dates) differ between attempts that
   are the same to people. */
static void mark_step(struct tale *t, const char *text)
{
	for (const char *c = text; *c != '\0'; c++) {
		size_t digits = strspn(c, "0123456789");
		if (digits > 0 && strncmp(c + digits, " ms", 3) == 0) {
			c += digits - 1;
			continue;
		}
		if (digits == 3 && c > text && c[-1] == ' ' && strchr("45", *c) != NULL &&
		    (c[3] == ' ' || c[3] == '-')) {
			buffer_add(&t->mark, c, 3);
			break;
		}
		buffer_add(&t->mark, c, 1);
	}
	buffer_puts(&t->mark, "\n");
}

static void put_named(struct buffer *names, const char *address, int count)
{
	TEXT(safe, 800);
	text_escape(&safe, address, strlen(address));
	if (count < NAMED_MAX)
		buffer_printf(names, "%s<%s>", count > 0 ? ", " : "", safe.data);
}

static void say_outcomes(struct tale *t)
{
	struct outcomes *o = &t->same;
	struct buffer words = {0};
	TEXT(reason, 1600);
	TEXT(decision, 300);
	if (o->count == 0)
		return;
	report_reason(&reason, &o->first.d);
	buffer_puts(&words, buffer_string(&o->names));
	if (o->count > NAMED_MAX)
		buffer_printf(&words, TR(" and %d more"), o->count - NAMED_MAX);
	buffer_printf(&words, " %s: %s", TR(verdict_name(o->first.d.verdict)), reason.data);
	say(t, 'o', buffer_string(&words));
	if (o->first.d.verdict != VERDICT_SENT) {
		report_decision_words(&decision, &o->first.d, o->first.next);
		say(t, 'd', decision.data);
	}
	o->count = 0;
	buffer_free(&o->names);
	buffer_free(&words);
}

static bool is_same(const struct story_rcpt *a, const struct story_rcpt *b)
{
	return a->next == b->next && a->d.verdict == b->d.verdict && a->d.stage == b->d.stage &&
	       a->d.port == b->d.port && diag_same_key(&a->d, &b->d) &&
	       strcmp(a->d.text, b->d.text) == 0 && strcmp(a->d.peer_address, b->d.peer_address) == 0 &&
	       strcmp(a->d.hop, b->d.hop) == 0;
}

static void take_rcpt(struct tale *t, const struct story_line *line)
{
	struct story_rcpt rcpt;
	struct outcomes *o = &t->same;
	story_rcpt(line, &rcpt);
	buffer_printf(&t->mark, "%s %d %d %s %u %s %s %u\n", rcpt.address, rcpt.d.verdict, rcpt.d.stage,
	    diag_key(&rcpt.d), rcpt.d.reply_code, rcpt.d.status, rcpt.d.peer_address, rcpt.d.port);
	if (o->count > 0 && !is_same(&o->first, &rcpt))
		say_outcomes(t);
	if (o->count == 0)
		o->first = rcpt;
	put_named(&o->names, rcpt.address, o->count++);
	if (t->form == TALE_LIVE)
		say_outcomes(t);
}

static void say_folded(struct tale *t)
{
	TEXT(words, 300);
	TEXT(span, 40);
	if (t->to == 0)
		return;
	if (t->from == t->to) {
		text_printf(&words, TR("attempt %lld, "), t->to);
	} else {
		clock_put_span(&span, t->to_s - t->from_s);
		text_printf(&words, TR("attempts %lld to %lld, %s, the last "), t->from, t->to, span.data);
	}
	clock_put_local(&words, t->to_s);
	text_put(&words, TR(": the same"));
	output_to(t->out, "\n  ");
	terminal_wrap_at(t->out, words.data, INDENT, 2, t->width);
	t->to = 0;
}

static void put_title(const struct tale *t, long long n, int64_t when_s)
{
	TEXT(date, 32);
	clock_put_local(&date, when_s);
	output_to(t->out, "\n  %lld  %s\n", n, date.data);
}

/* The attempt is read: it is written, or counted. */
static void finish(struct tale *t)
{
	say_outcomes(t);
	if (t->n > 0 && t->mark.length > 0 && t->mark.length == t->mark_before.length &&
	    memcmp(t->mark.data, t->mark_before.data, t->mark.length) == 0) {
		t->from = t->to == 0 ? t->n : t->from;
		t->from_s = t->to == 0 ? t->begun_s : t->from_s;
		t->to = t->n;
		t->to_s = t->begun_s;
	} else if (t->n > 0 || t->words.length > 0) {
		say_folded(t);
		if (t->n > 0)
			put_title(t, t->n, t->begun_s);
		for (char *at = t->words.data, *end;
		     t->words.length > 0 && at < t->words.data + t->words.length; at = end + 1) {
			end = at + strcspn(at, "\n");
			*end = '\0';
			print(t, *at, at + 1);
		}
		struct buffer swap = t->mark_before;
		t->mark_before = t->mark;
		t->mark = swap;
	}
	t->mark.length = t->words.length = 0;
}

static void begin_attempt(struct tale *t, const struct story_line *line)
{
	long long n = fields_get_number(line->fields, "n", 0);
	if (t->form == TALE_LIVE) {
		put_title(t, n, line->when_s);
		return;
	}
	say_outcomes(t);
	if (n == t->n)
		return;
	finish(t);
	t->n = n;
	t->begun_s = line->when_s;
}

static void say_step(struct tale *t, const struct story_line *line)
{
	char text[1100];
	TEXT(safe, 1200);
	if (!fields_get(line->fields, "text", text, sizeof text))
		return;
	text_escape(&safe, text, strlen(text));
	mark_step(t, safe.data);
	say_outcomes(t);
	TEXT(words, 1400);
	step_put(&words, safe.data);
	say(t, 's', words.data);
}

static void put_filtered(const struct story_line *line, struct text *words)
{
	char name[40] = "", how[20] = "", text[200] = "";
	fields_get(line->fields, "name", name, sizeof name);
	fields_get(line->fields, "how", how, sizeof how);
	fields_get(line->fields, "text", text, sizeof text);
	TEXT(safe, 80);
	text_escape(&safe, name, strlen(name));
	text_printf(words,
	    strcmp(how, "changed") == 0   ? TR("filter %s changed it")
	    : strcmp(how, "skipped") == 0 ? TR("filter %s did not look at it")
	    : strcmp(how, "held") == 0    ? TR("filter %s held it")
	                                  : TR("filter %s let it pass"),
	    safe.data);
	if (text[0] != '\0') {
		text_put(words, ": ");
		text_escape(words, text, strlen(text));
	}
}

/* What came of an attempt, or was done to the message: marks say that it is not as before. */
static void say_decision(struct tale *t, const struct story_line *line)
{
	TEXT(words, 900);
	char why[200];
	if (line->verb == STORY_WAIT) {
		text_put(&words, TR("it is kept and tried again after "));
		clock_put_span(&words, fields_get_number(line->fields, "s", 0));
	} else if (line->verb == STORY_WARNED) {
		text_put(&words, TR("the sender was informed of the delay"));
	} else if (line->verb == STORY_FILTERED) {
		put_filtered(line, &words);
	} else if (fields_get(line->fields, "text", why, sizeof why)) {
		text_put(&words, TR("it is held: "));
		text_escape(&words, why, strlen(why));
	} else {
		text_printf(&words,
		    line->verb == STORY_HELD ? TR("it was held by uid %lld")
		                             : TR("it was released by uid %lld"),
		    fields_get_number(line->fields, "by", -1));
	}
	say_outcomes(t);
	if (line->verb != STORY_WAIT)
		buffer_printf(&t->mark, "%s\n", words.data);
	say(t, 'd', words.data);
}

struct tale *tale_begin(FILE *out, int width, enum tale_form form)
{
	struct tale *t = mem_alloc(sizeof *t);
	t->out = out;
	t->width = width;
	t->form = form;
	return t;
}

void tale_line(struct tale *t, const struct story_line *line)
{
	switch (line->verb) {
	case STORY_ATTEMPT: begin_attempt(t, line); break;
	case STORY_STEP:
	case STORY_SAY: say_step(t, line); break;
	case STORY_RCPT: take_rcpt(t, line); break;
	case STORY_WAIT:
	case STORY_FILTERED:
	case STORY_HELD:
	case STORY_RELEASED:
	case STORY_WARNED: say_decision(t, line); break;
	default: break;
	}
}

void tale_end(struct tale *t)
{
	finish(t);
	say_folded(t);
	buffer_free(&t->words);
	buffer_free(&t->mark);
	buffer_free(&t->mark_before);
	buffer_free(&t->same.names);
	free(t);
}
