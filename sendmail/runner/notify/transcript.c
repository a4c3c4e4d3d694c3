/* The attempts as text.  The words of a server go into somebody's mailbox here: they are
   escaped. */
#include "base/clock.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/language.h"
#include "base/terminal.h"
#include "diagnosis/report.h"
#include "runner/attempt/message.h"
#include "runner/notify/transcript.h"
#include "runner/queue/runner.h"
#include "spool/story.h"
#include <stdio.h>
#include <string.h>

#define TRANSCRIPT_LIMIT_BYTES                                              \
	(16u << 20) /* of a journal; one that is longer is left out of a report \
	             */
#define FIRST_ATTEMPTS 5
#define LAST_ATTEMPTS 20
#define COLUMNS 76

struct transcript {
	struct buffer *out;
	const struct message *m;
	long long attempts; /* number of the last one */
	long long at;       /* the one that is being written */
	bool passed_over;
};

/* Padded; the columns that it has then. */
static int put_head(struct buffer *out, const char *head)
{
	int own = terminal_columns(head, strlen(head));
	int blanks = own < TRANSCRIPT_HEAD_COLUMNS ? TRANSCRIPT_HEAD_COLUMNS - own : 1;
	buffer_printf(out, "%s%*s", head, blanks, "");
	return own + blanks;
}

void transcript_wrap(struct buffer *out, const char *head, const char *words)
{
	int indent = head != NULL ? put_head(out, head) : 0, column = indent;
	for (bool first = true, blank = false; *words != '\0'; first = false) {
		size_t length = terminal_piece(words);
		int columns = terminal_columns(words, length);
		if (!first && column + blank + columns > COLUMNS) {
			buffer_printf(out, "\n%*s", indent, "");
			column = indent;
		} else if (blank) {
			buffer_puts(out, " ");
			column++;
		}
		buffer_add(out, words, length);
		column += columns;
		words += length;
		blank = *words == ' ';
		words += strspn(words, " ");
	}
	buffer_puts(out, "\n");
}

void transcript_to(struct buffer *out, const char *address)
{
	put_head(out, TR("to"));
	buffer_printf(out, "<%s>\n", address);
}

static void put_escaped(struct buffer *out, const char *words)
{
	TEXT(safe, 2400);
	text_escape(&safe, words, strlen(words));
	transcript_wrap(out, "", safe.data);
}

static void put_rcpt(struct transcript *t, const struct story_line *line)
{
	struct story_rcpt rcpt;
	TEXT(reason, 1200);
	TEXT(words, 1800);
	story_rcpt(line, &rcpt);
	/* The sender knows nothing of the archive, and the postmaster is to hear of nothing else. */
	if (message_is_archive(t->m, rcpt.address) != t->m->for_archive)
		return;
	report_reason(&reason, &rcpt.d);
	text_printf(&words, "<%s> %s: %s", rcpt.address, TR(verdict_name(rcpt.d.verdict)), reason.data);
	put_escaped(t->out, words.data);
}

/* False when this attempt is one of those in the middle of a long list. */
static bool begin_attempt(struct transcript *t, const struct story_line *line)
{
	long long n = fields_get_number(line->fields, "n", t->at + 1);
	bool same = n == t->at; /* another server, in the same attempt */
	t->at = n;
	if (n > FIRST_ATTEMPTS && n <= t->attempts - LAST_ATTEMPTS) {
		if (!t->passed_over)
			buffer_printf(t->out, TR("\n          ... %lld more, not shown here ...\n"),
			    t->attempts - LAST_ATTEMPTS - FIRST_ATTEMPTS);
		t->passed_over = true;
		return false;
	}
	if (!same) {
		TEXT(date, 64);
		clock_put_rfc5322(&date, line->when_s);
		buffer_printf(t->out, "\n%6lld    %s\n", n, date.data);
	}
	return true;
}

static void put_line(struct transcript *t, const struct story_line *line)
{
	char text[1100];
	if (line->verb == STORY_STEP && fields_get(line->fields, "text", text, sizeof text))
		put_escaped(t->out, text);
	else if (line->verb == STORY_RCPT)
		put_rcpt(t, line);
}

/* The number of the last attempt: the text is only read, not changed: it is written out
   afterwards. */
static long long last_attempt(const struct buffer *text)
{
	struct buffer copy = {0};
	struct story_line line;
	long long last = 0;
	buffer_add(&copy, text->data, text->length);
	for (char *at = copy.data; story_next(&at, copy.data + copy.length, &line);) {
		if (line.verb == STORY_ATTEMPT)
			last = fields_get_number(line.fields, "n", last + 1);
	}
	buffer_free(&copy);
	return last;
}

void transcript_put(const struct queue *queue, const struct config *config, const struct message *m,
    struct buffer *out)
{
	char name[ID_SIZE + 8];
	struct buffer text = {0};
	struct story_line line;
	struct transcript t = {.out = out, .m = m};
	bool shown = true;
	snprintf(name, sizeof name, "%s.log", m->id);
	if (!fdio_slurp_at(queue->mqueue_fd, name, &text, TRANSCRIPT_LIMIT_BYTES))
		text.length = 0;
	buffer_add(&text, m->lines.data, m->lines.length);
	buffer_add(&text, m->failed_lines.data, m->failed_lines.length);
	if (text.length > 0 && (t.attempts = last_attempt(&text)) > 0) {
		buffer_printf(out, TR("\nWhat was tried, %lld time%s, by the clock of %s:\n"), t.attempts,
		    t.attempts == 1 ? "" : "s", config->name);
		for (char *at = text.data; story_next(&at, text.data + text.length, &line);) {
			if (line.verb == STORY_ATTEMPT)
				shown = begin_attempt(&t, &line);
			else if (shown)
				put_line(&t, &line);
		}
	}
	buffer_free(&text);
}
