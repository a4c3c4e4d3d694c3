/* explain: a row of the catalogue, by its key or by a server's words; what delivery would do. */
#include "base/complaint.h"
#include "base/nearest.h"
#include "base/language.h"
#include "base/output.h"
#include "base/terminal.h"
#include "diagnosis/answer.h"
#include "diagnosis/deed.h"
#include "diagnosis/remedy.h"
#include "diagnosis/server.h"
#include "relayconf/verbs.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define LABEL_COLUMNS 10

/* "label     words": the label is one for TR, the words are in the reader's language. */
static void say(const char *label, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(const char *label, const char *format, ...)
{
	char words[4000];
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	int columns = terminal_put_label(stdout, TR(label), LABEL_COLUMNS);
	terminal_wrap(stdout, words, columns, columns);
}

static void print_meaning(const struct reason *row, const struct diagnosis *d)
{
	const char *server = server_name(d->server);
	TEXT(remedy, REMEDY_SIZE);
	remedy_put(&remedy, d, NULL);
	say(TR_LATER("key"), "%s", row->key);
	say(TR_LATER("meaning"), "%s", TR(row->meaning));
	say(TR_LATER("remedy"), "%s", remedy.data);
	if (server != NULL)
		say(TR_LATER("server"), TR("%s, by its words"), server);
}

static void print_wait(const struct judgement *j)
{
	if (j->deed == DEED_RETURN || j->reason == NULL)
		return;
	say(TR_LATER("waiting"), "%s",
	    j->needs_admin ? TR("will not fix this") : TR("may be all that is needed"));
	if (j->wait_s >= 60)
		say(TR_LATER("wait"), TR("at least %d min between attempts"), j->wait_s / 60);
}

/* Without its answer: the two that decide, a refusal for good and one for now. */
static int explain_key(const struct reason *row)
{
	struct judgement j = {.reason = row, .wait_s = row->wait_s, .needs_admin = row->needs_admin};
	struct diagnosis d = {.stage = STAGE_RCPT, .reply_code = 550, .fault = row->fault};
	d.key = catalogue_key(row);
	print_meaning(row, &d);
	say(TR_LATER("fault"), "%s",
	    row->fault == FAULT_NONE ? TR("as the stage says") : TR(fault_name(row->fault)));
	say(TR_LATER("delivery"), "%s",
	    deed_decide(&d) == DEED_RETURN
	        ? TR("an answer from 400 to 499 is waited for; one from 500 to 599 returns the mail")
	        : TR("the mail is kept and tried again; it is never returned for this reason"));
	print_wait(&j);
	return EX_OK;
}

static void judge_at(const struct answer *a, enum stage stage, struct diagnosis *d,
    struct judgement *j)
{
	*d = (struct diagnosis){0};
	answer_diagnose(a, stage, d);
	deed_judge(d, j);
}

static const char *deed_name(enum deed deed)
{
	static const char *const names[] = {TR_LATER("delivered"), TR_LATER("next server, else kept"),
	    TR_LATER("next server, else kept"), TR_LATER("kept"), TR_LATER("returned")};
	return TR(names[deed]);
}

/* The same words at another stage may be another matter: each group of stages where they are. */
static void print_elsewhere(const struct answer *a, enum stage shown)
{
	static const enum stage stages[] = {STAGE_BANNER, STAGE_EHLO, STAGE_STARTTLS, STAGE_AUTH,
	    STAGE_MAIL, STAGE_RCPT, STAGE_DATA, STAGE_END_OF_DATA};
	struct diagnosis d, last = {0};
	struct judgement j, of_last = {0};
	TEXT(group, 200);
	size_t count = sizeof stages / sizeof stages[0];
	for (size_t i = 0; i <= count; i++) {
		if (i < count && stages[i] == shown)
			continue;
		if (i < count)
			judge_at(a, stages[i], &d, &j);
		bool same = i < count && d.key == last.key && j.deed == of_last.deed;
		if (!same && group.length > 0) {
			output_to(stdout, TR("at %s: %s; %s\n"), group.data, diag_key(&last),
			    deed_name(of_last.deed));
			group.length = 0;
		}
		if (i < count)
			text_printf(&group, "%s%s", group.length > 0 ? ", " : "", stage_word(stages[i]));
		last = d;
		of_last = j;
	}
}

static int explain_answer(const struct answer *a, enum stage wanted)
{
	struct diagnosis d;
	struct judgement j;
	TEXT(words, 400);
	enum stage stage = wanted != STAGE_NONE ? wanted : answer_stage(a);
	judge_at(a, stage, &d, &j);
	say(TR_LATER("stage"), "%s%s", stage_word(stage),
	    wanted != STAGE_NONE || a->stage == stage
	        ? ""
	        : TR(" (guessed from the answer; --stage=STAGE sets it)"));
	print_meaning(j.reason, &d);
	say(TR_LATER("fault"), "%s", TR(fault_name(d.fault)));
	deed_words(&words, &d, j.deed);
	say(TR_LATER("delivery"), "%s", words.data);
	print_wait(&j);
	if (wanted == STAGE_NONE)
		print_elsewhere(a, stage);
	return EX_OK;
}

/* Stages at which a server answers a command, by their names in the log. */
static bool read_stage(const char *name, enum stage *stage)
{
	for (int s = STAGE_BANNER; s <= STAGE_END_OF_DATA; s++) {
		if (s != STAGE_BODY && (text_equal_ci(name, stage_word((enum stage)s)) ||
		                           text_equal_ci(name, stage_name((enum stage)s)))) {
			*stage = (enum stage)s;
			return true;
		}
	}
	static const char *const names[] = {"banner", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT",
	    "DATA", "end-of-data", NULL};
	TEXT(near, 60);
	nearest_ask(&near, nearest_of(name, names));
	complaint_say("relayconf",
	    "--stage=%.40s: the stages are banner, EHLO, STARTTLS, AUTH, MAIL, RCPT, "
	    "DATA and end-of-data%s",
	    name, near.data);
	return false;
}

static const char *next_key(const void *context, int i)
{
	(void)context;
	return REASON_OTHER + 1 + i < REASON_COUNT
	           ? reason_word((enum reason_key)(REASON_OTHER + 1 + i))
	           : NULL;
}

int command_explain(const char *what, const char *stage_wanted)
{
	const struct reason *row = catalogue_row(reason_find(what));
	struct answer a;
	enum stage stage = STAGE_NONE;
	if (stage_wanted != NULL && !read_stage(stage_wanted, &stage))
		return EX_USAGE;
	if (row != NULL)
		return explain_key(row);
	if (answer_read(&a, what))
		return explain_answer(&a, stage);
	TEXT(near, 80);
	nearest_ask(&near, nearest_word(what, next_key, NULL));
	complaint_say("relayconf",
	    "%.100s is no key, and no answer of a server (which begins with a number "
	    "from 400 to 599)%s",
	    what, near.data);
	return EX_DATAERR;
}
