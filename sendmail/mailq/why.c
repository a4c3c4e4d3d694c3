/* mailq why: the answer first, then the story. */
#include "mailq/why.h"
#include "mailq/list_reason.h"
#include "base/complaint.h"
#include "base/language.h"
#include "mailq/next.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/output.h"
#include "base/paths.h"
#include "base/terminal.h"
#include "mailq/why_answer.h"
#include "mailq/tale.h"
#include "spool/journal.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define RCPTS_NAMED 5
#define HEAD_INDENT 2

struct story {
	FILE *out;
	int width;
	const struct listing *list;
	const struct row *row;
	struct tale *tale;
	struct answer answer; /* live: of the last attempt */
};

/* The last of those that begin so, and their number; all are collected. */
static const struct row *find_row(struct listing *l, const char *id, int *count)
{
	const struct row *found = NULL;
	size_t length = strlen(id);
	*count = 0;
	list_collect(l);
	for (const struct row *r; (r = list_next(l)) != NULL;) {
		if (strncmp(r->id, id, length) != 0)
			continue;
		found = r;
		(*count)++;
	}
	return found;
}

static void put_envelope(const struct story *s)
{
	const struct row *r = s->row;
	struct buffer line = {0};
	TEXT(sender, 400);
	text_escape(&sender, r->sender, strlen(r->sender));
	buffer_printf(&line, TR("%s  from <%s>"), r->id, sender.data);
	for (int i = 0; i < r->rcpt_count && i < RCPTS_NAMED; i++) {
		TEXT(address, 800);
		text_escape(&address, r->rcpts[i].address, strlen(r->rcpts[i].address));
		text_put(&address, ">");
		list_put_unicode(r->rcpts[i].address, &address);
		buffer_printf(&line, "%s<%s", i ? ", " : TR("  to "), address.data);
	}
	if (r->rcpt_count > RCPTS_NAMED)
		buffer_printf(&line, TR(" and %d more"), r->rcpt_count - RCPTS_NAMED);
	terminal_wrap_at(s->out, buffer_string(&line), HEAD_INDENT, 0, s->width);
	buffer_free(&line);
}

static void put_head(const struct story *s)
{
	const struct row *r = s->row;
	TEXT(times, 300);
	output_to(s->out, "\n");
	put_envelope(s);
	/* The date is the clock's of then; the age is what the runner counts.  Where the two part, only
	 * one of them is an age. */
	int64_t age_s = list_age_s(s->list, r), apart_s = clock_wall_s() - r->arrival_s - age_s;
	text_put(&times, TR("queued "));
	clock_put_local(&times, r->arrival_s);
	bool agree = apart_s >= -AGES_JUMP_S && apart_s <= AGES_JUMP_S;
	if (agree) {
		text_put(&times, ", ");
		clock_put_span(&times, age_s);
		text_put(&times, TR(" ago,"));
	}
	text_printf(&times, TR(" by uid %lld%s%s%s, %d attempt%s"), (long long)r->uid,
	    r->login[0] ? " (" : "", r->login, r->login[0] ? ")" : "", r->attempts,
	    r->attempts == 1 ? "" : "s");
	if (!agree) {
		text_put(&times, TR("\nit counts as "));
		clock_put_span(&times, age_s);
		text_put(&times,
		    TR(" old: the clock was changed, or the runner was not running for a while"));
	}
	terminal_wrap_at(s->out, times.data, HEAD_INDENT * (s->width > 0), 0, s->width);
	if (r->repaired != NULL) {
		TEXT(safe, 2400);
		text_put(&safe, TR("repaired: "));
		text_escape(&safe, r->repaired, strlen(r->repaired));
		terminal_wrap_at(s->out, safe.data, HEAD_INDENT, 0, s->width);
	}
}

static void put_next(const struct story *s)
{
	TEXT(words, 300);
	struct next n;
	next_of(s->list, s->row, &n);
	if (n.kind == NEXT_DEAD) {
		text_printf(&words,
		    TR("never: it is set aside; \"mailq dead retry %s\" tries it again, \"mailq dead "
		       "remove "
		       "%s\" throws it away"),
		    s->row->id, s->row->id);
	} else if (n.kind == NEXT_HELD) {
		text_printf(&words, TR("never, until \"mailq release %s\""), s->row->id);
	} else if (n.kind == NEXT_NO_RUNNER) {
		text_put(&words,
		    TR("never: the runner is not running. Start it as root: \"sendmail -bd -q1m\""));
	} else {
		next_put(&n, &words);
		if (n.kind == NEXT_AT && !n.by_pace)
			text_put(&words, TR("; at once with \"sendmail -q\" as root"));
	}
	answer_put(s->out, s->width, TR_LATER("next try"), words.data);
}

static bool put_journal(struct story *s, bool full)
{
	struct buffer text = {0};
	TEXT(path, 1200);
	text_printf(&path, "%s/mqueue/%s.log", paths_spool(), s->row->id);
	bool found = fdio_slurp_at(AT_FDCWD, path.data, &text, JOURNAL_LIMIT_BYTES);
	struct story_line line;
	struct tale *tale = tale_begin(s->out, s->width, full ? TALE_LIVE : TALE_FOLDED);
	for (char *at = text.data; found && story_next(&at, text.data + text.length, &line);)
		tale_line(tale, &line);
	tale_end(tale);
	buffer_free(&text);
	return found;
}

struct story *why_begin(FILE *out)
{
	struct story *s = mem_alloc(sizeof *s);
	s->out = out;
	s->width = terminal_width(stdout);
	s->tale = tale_begin(out, s->width, TALE_LIVE);
	return s;
}

void why_line(struct story *s, char *text)
{
	struct story_line line;
	struct story_rcpt rcpt;
	if (!story_read(text, &line))
		return;
	tale_line(s->tale, &line);
	if (line.verb == STORY_ATTEMPT)
		answer_free(&s->answer);
	if (line.verb != STORY_RCPT)
		return;
	story_rcpt(&line, &rcpt);
	if (rcpt.d.verdict != VERDICT_SENT)
		answer_add(&s->answer, rcpt.address, &rcpt.d);
}

void why_end(struct story *s)
{
	tale_end(s->tale);
	if (s->answer.count > 0)
		output_to(s->out, "\n");
	answer_print(&s->answer, s->out, s->width);
	answer_free(&s->answer);
	free(s);
}

int why_print(FILE *out, struct listing *l, const char *id, bool full)
{
	int count;
	struct story s = {.out = out, .list = l, .width = terminal_width(stdout)};
	s.row = find_row(l, id, &count);
	if (count == 0 && l->of_dead) {
		complaint_say("mailq", "no message %.40s is set aside; \"mailq dead\" lists them", id);
		return EX_DATAERR;
	}
	if (count != 1) {
		complaint_say("mailq",
		    count == 0 ? "no message %.40s is in the queue: it was delivered or returned, or it is "
		                 "not yours; \"mailq log ID\" has its story from the mail log"
		               : "more than one message begins with %.40s",
		    id);
		return EX_DATAERR;
	}
	answer_of(&s.answer, l, s.row);
	answer_print(&s.answer, out, s.width);
	answer_free(&s.answer);
	put_next(&s);
	put_head(&s);
	put_journal(&s, full);
	return EX_OK;
}
