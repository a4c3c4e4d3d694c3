/* Telling a message's story from its journal. */
#include "mailq/why.h"
#include "diagnosis/catalogue.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/output.h"
#include "base/paths.h"
#include "diagnosis/report.h"
#include "spool/journal.h"
#include "spool/story.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define KEYS_MAX 8

struct story {
	FILE *out;
	const struct listing *list;
	const struct row *row;
	char keys[KEYS_MAX][40]; /* reasons of the last attempt that wait to be explained */
	int key_count;
};

static const struct row *find_row(const struct listing *l, const char *id, int *count)
{
	const struct row *found = NULL;
	size_t length = strlen(id);
	*count = 0;
	for (int i = 0; i < l->count; i++) {
		if (strncmp(l->rows[i].id, id, length) != 0)
			continue;
		found = &l->rows[i];
		(*count)++;
	}
	return found;
}

static void put_head(const struct story *s)
{
	const struct row *r = s->row;
	TEXT(sender, 400);
	TEXT(times, 200);
	text_escape(&sender, r->sender, strlen(r->sender));
	output_to(s->out, "%s  from <%s>", r->id, sender.data);
	for (int i = 0; i < r->rcpt_count && i < 5; i++) {
		TEXT(address, 800);
		text_escape(&address, r->rcpts[i].address, strlen(r->rcpts[i].address));
		text_put(&address, ">");
		list_put_unicode(r->rcpts[i].address, &address);
		output_to(s->out, "%s<%s", i ? ", " : "  to ", address.data);
	}
	if (r->rcpt_count > 5)
		output_to(s->out, " and %d more", r->rcpt_count - 5);
	/* The date is the clock's of then; the age is what the runner counts.  Where the two part, only
	 * one of them is an age. */
	int64_t age_s = list_age_s(s->list, r), apart_s = clock_wall_s() - r->arrival_s - age_s;
	text_put(&times, "queued ");
	clock_put_local(&times, r->arrival_s);
	bool agree = apart_s >= -AGES_JUMP_S && apart_s <= AGES_JUMP_S;
	if (agree) {
		text_put(&times, ", ");
		clock_put_span(&times, age_s);
		text_put(&times, " ago,");
	}
	text_printf(&times, " by uid %lld%s%s%s, %d attempt%s", (long long)r->uid,
	    r->login[0] ? " (" : "", r->login, r->login[0] ? ")" : "", r->attempts,
	    r->attempts == 1 ? "" : "s");
	if (!agree) {
		text_put(&times, "\nit counts as ");
		clock_put_span(&times, age_s);
		text_put(&times, " old: the clock was set since, or no runner lived for a while");
	}
	output_to(s->out, "\n%s\n", times.data);
	if (r->repaired != NULL) {
		TEXT(safe, 2400);
		text_escape(&safe, r->repaired, strlen(r->repaired));
		output_to(s->out, "repaired: %s\n", safe.data);
	}
}

static void remember_key(struct story *s, const char *key)
{
	for (int i = 0; i < s->key_count; i++) {
		if (strcmp(s->keys[i], key) == 0)
			return;
	}
	if (s->key_count < KEYS_MAX && *key != '\0')
		text_copy(s->keys[s->key_count++], sizeof s->keys[0], key);
}

static void put_rcpt(struct story *s, const struct story_line *line)
{
	struct story_rcpt rcpt;
	TEXT(reason, 1600);
	TEXT(safe, 400);
	TEXT(decision, 300);
	story_rcpt(line, &rcpt);
	text_escape(&safe, rcpt.address, strlen(rcpt.address));
	report_reason(&reason, &rcpt.d);
	output_to(s->out, "               <%s> %s: %s\n", safe.data, verdict_name(rcpt.d.verdict),
	    reason.data);
	if (rcpt.d.verdict == VERDICT_SENT)
		return;
	report_decision_words(&decision, &rcpt.d, rcpt.next);
	output_to(s->out, "     decision  %s\n", decision.data);
	remember_key(s, rcpt.d.key);
}

static void put_attempt(struct story *s, long long when, const char *fields)
{
	TEXT(date, 32);
	clock_put_local(&date, when);
	output_to(s->out, "\n  %lld  %s\n", fields_get_number(fields, "n", 0), date.data);
	s->key_count = 0;
}

static void put_line(struct story *s, const struct story_line *line)
{
	char text[1100];
	TEXT(safe, 1200);
	TEXT(span, 40);
	switch (line->verb) {
	case STORY_ATTEMPT: put_attempt(s, line->when_s, line->fields); break;
	case STORY_STEP:
	case STORY_SAY:
		if (!fields_get(line->fields, "text", text, sizeof text))
			break;
		text_escape(&safe, text, strlen(text));
		output_to(s->out, "               %s\n", safe.data);
		break;
	case STORY_RCPT: put_rcpt(s, line); break;
	case STORY_WAIT:
		clock_put_span(&span, fields_get_number(line->fields, "s", 0));
		output_to(s->out, "     decision  it is kept and tried again after %s\n", span.data);
		break;
	case STORY_HELD:
	case STORY_RELEASED:
		output_to(s->out, "     decision  it was %s by uid %lld\n",
		    line->verb == STORY_HELD ? "held" : "released",
		    fields_get_number(line->fields, "by", -1));
		break;
	case STORY_WARNED:
		output_to(s->out, "     decision  the sender was told of the delay\n");
		break;
	default: break;
	}
}

static bool put_journal(struct story *s)
{
	struct buffer text = {0};
	TEXT(path, 1200);
	text_printf(&path, "%s/mqueue/%s.log", paths_spool(), s->row->id);
	bool found = fdio_slurp_at(AT_FDCWD, path.data, &text, JOURNAL_LIMIT_BYTES);
	struct story_line line;
	for (char *at = text.data; found && story_next(&at, text.data + text.length, &line);)
		put_line(s, &line);
	buffer_free(&text);
	return found;
}

/* A message that was not tried itself: the reason that holds all mail. */
static void put_untried(struct story *s)
{
	TEXT(reason, 1600);
	list_reason(s->list, s->row, NULL, &reason);
	output_to(s->out, "\n  it was not tried itself: %s\n", reason.data);
	const struct health *h = list_health(s->list, s->row, NULL);
	if (h != NULL)
		remember_key(s, h->why.key);
}

static void put_meaning(const struct story *s)
{
	for (int i = 0; i < s->key_count; i++) {
		const struct reason *row = catalogue_row(s->keys[i]);
		if (row == NULL)
			continue;
		output_to(s->out, "     meaning   %s\n", row->meaning);
		if (row->stays)
			output_to(s->out, "     waiting   alone does not mend this\n");
		output_to(s->out, "     remedy    %s\n", row->remedy);
	}
}

static void put_next(const struct story *s)
{
	TEXT(words, 300);
	const struct health *h = list_health(s->list, s->row, NULL);
	int64_t next_s = s->row->next_s != 0 ? s->row->next_s : h != NULL ? h->next_s : 0;
	/* While no smarthost answers, nobody is tried before the next probe. */
	if (h != NULL && h->next_s > next_s)
		next_s = h->next_s;
	if (s->list->of_dead) {
		text_printf(&words,
		    "never: it is set aside; \"mailq dead retry %s\" tries it again, \"mailq dead remove "
		    "%s\" throws it away",
		    s->row->id, s->row->id);
	} else if (s->row->held) {
		text_printf(&words, "never, until \"mailq release %s\"", s->row->id);
	} else if (!s->list->runner_lives) {
		text_put(&words, "never: no runner lives; root starts it with \"sendmail -bd -q1m\"");
	} else if (next_s > clock_wall_s()) {
		text_put(&words, "in ");
		clock_put_span(&words, next_s - clock_wall_s());
		text_put(&words, "; at once with \"sendmail -q\" as root");
	} else {
		text_put(&words, "now");
	}
	output_to(s->out, "     next try  %s\n", words.data);
}

struct story *why_begin(FILE *out)
{
	struct story *s = mem_alloc(sizeof *s);
	s->out = out;
	return s;
}

void why_line(struct story *s, char *text)
{
	struct story_line line;
	if (story_read(text, &line))
		put_line(s, &line);
}

void why_end(struct story *s)
{
	put_meaning(s);
	free(s);
}

int why_print(FILE *out, const struct listing *l, const char *id)
{
	int count;
	struct story s = {.out = out, .list = l};
	s.row = find_row(l, id, &count);
	if (count != 1) {
		output_to(stderr,
		    count == 0 ? "mailq: no message %.40s waits (delivered, returned, or not yours); the "
		                 "mail log has its story\n"
		               : "mailq: more than one message begins with %.40s\n",
		    id);
		return EX_DATAERR;
	}
	put_head(&s);
	if (!put_journal(&s))
		put_untried(&s);
	put_meaning(&s);
	put_next(&s);
	return EX_OK;
}
