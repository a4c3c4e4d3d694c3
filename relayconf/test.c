/* test: one mail, all the way. */
#include "base/complaint.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/json.h"
#include "base/language.h"
#include "base/output.h"
#include "base/terminal.h"
#include "config/config.h"
#include "diagnosis/steps.h"
#include "diagnosis/catalogue.h"
#include "base/paths.h"
#include "relayconf/helper.h"
#include "relayconf/verbs.h"
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define RCPTS_MAX 32

/* What "sendmail -v" said of a recipient last. */
struct outcome {
	char *address;
	enum verdict verdict;
	char *reason;
};

struct test {
	const char *to, *from;
	struct text subject;
	char id[32];
	struct outcome rcpts[RCPTS_MAX];
	int count;
	char reason[1600], key[40];
	long long next_s; /* wall time; 0: not known */
	int code;
};

static void put_subject(struct text *subject)
{
	static struct config config; /* large, and the stack may be small */
	struct diagnosis d = {0};
	bool good = config_read(&config, paths_config(), &d);
	text_printf(subject, "firsthop test from %.100s, ", good ? config.name : "this machine");
	clock_put_local(subject, clock_wall_s());
	config_free(&config);
}

static void compose(const struct test *t, struct text *mail)
{
	text_printf(mail, "To: %s\nSubject: %s\nAuto-Submitted: auto-generated\n\n%s\n%s\n", t->to,
	    t->subject.data, TR("This is a test of the mail of this machine, sent by relayconf test."),
	    TR("It arrived, so sending works.  No answer is needed."));
}

/* "   <ADDRESS> VERDICT: REASON"; a server's own words begin with "< ". */
static void take_rcpt(struct test *t, char *line)
{
	static const enum verdict verdicts[] = {VERDICT_SENT, VERDICT_DEFERRED, VERDICT_FAILED};
	line += strspn(line, " ");
	char *end = line[0] == '<' && line[1] != ' ' ? strstr(line, "> ") : NULL;
	for (size_t i = 0; end != NULL && i < sizeof verdicts / sizeof verdicts[0]; i++) {
		const char *name = verdict_name(verdicts[i]);
		size_t n = strlen(name);
		if (strncmp(end + 2, name, n) != 0 || end[2 + n] != ':')
			continue;
		*end = '\0';
		int at = 0;
		while (at < t->count && strcmp(t->rcpts[at].address, line + 1) != 0)
			at++;
		if (at == RCPTS_MAX)
			return;
		if (at == t->count)
			t->rcpts[t->count++] = (struct outcome){.address = mem_copy(line + 1)};
		free(t->rcpts[at].reason);
		t->rcpts[at].verdict = verdicts[i];
		t->rcpts[at].reason = mem_copy(end + 2 + n + strspn(end + 2 + n, ": "));
		return;
	}
}

static void take_story(struct test *t, struct buffer *story)
{
	char *line;
	size_t at = 0;
	buffer_puts(story, "\n");
	while ((line = fdio_next_line(story, &at)) != NULL) {
		if (t->id[0] == '\0')
			text_copy(t->id, strcspn(line, " ") < sizeof t->id ? strcspn(line, " ") + 1 : 1, line);
		else
			take_rcpt(t, line);
	}
}

/* Of a message that waits: mailq knows more than the first attempt says. */
static void ask_queue(struct test *t)
{
	char *line, id[40], number[40] = "0";
	size_t at = 0;
	struct buffer list = {0};
	/* What mailq says of a runner that is not running is in our own lines. */
	int errors = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null >= 0)
		dup2(null, STDERR_FILENO);
	helper_run("mailq", (const char *const[]){"mailq", "--json", NULL}, NULL, &list);
	if (errors >= 0)
		dup2(errors, STDERR_FILENO);
	close(errors);
	close(null);
	buffer_puts(&list, "\n");
	while ((line = fdio_next_line(&list, &at)) != NULL) {
		if (!helper_json(line, "queue_id", id, sizeof id) || strcmp(id, t->id) != 0)
			continue;
		helper_json(line, "delay_reason", t->reason, sizeof t->reason);
		helper_json(line, "key", t->key, sizeof t->key);
		helper_json(line, "next_attempt", number, sizeof number);
		text_number(number, 0, INT64_MAX, &t->next_s);
		break;
	}
	buffer_free(&list);
}

/* Of a refusal "...RCPT: 550 words" the stage and the answer say what it means. */
static void recognise(struct test *t)
{
	struct diagnosis d = {.verdict = VERDICT_FAILED};
	for (char *at = t->reason; (at = strstr(at, ": ")) != NULL; at += 2) {
		char *rest, *word = at;
		long code = strtol(at + 2, &rest, 10);
		if (rest != at + 5 || code < 400 || code > 599)
			continue;
		while (word > t->reason && word[-1] != ' ')
			word--;
		char *stage = mem_copy_n(word, (size_t)(at - word));
		d.stage = stage_find(stage);
		free(stage);
		d.reply_code = (uint16_t)code;
		text_copy(d.text, sizeof d.text, at + 2);
		catalogue_recognise(&d);
		text_copy(t->key, sizeof t->key, diag_key(&d));
		return;
	}
}

/* The worst of its recipients counts: refused, waiting, delivered. */
static void decide(struct test *t)
{
	t->code = t->count > 0 ? EX_OK : EX_TEMPFAIL;
	for (int i = 0; i < t->count; i++) {
		bool failed = t->rcpts[i].verdict == VERDICT_FAILED;
		bool worse =
		    i == 0 || failed || (t->rcpts[i].verdict == VERDICT_DEFERRED && t->code == EX_OK);
		if (!worse)
			continue;
		text_copy(t->reason, sizeof t->reason, t->rcpts[i].reason);
		t->code = failed                                    ? EX_UNAVAILABLE
		          : t->rcpts[i].verdict == VERDICT_DEFERRED ? EX_TEMPFAIL
		                                                    : EX_OK;
		if (failed)
			break;
	}
	if (t->code == EX_TEMPFAIL)
		ask_queue(t);
	else if (t->code == EX_UNAVAILABLE)
		recognise(t);
}

static void put_advice(const struct test *t, struct text *words)
{
	const struct reason *row = catalogue_row(reason_find(t->key));
	if (t->code == EX_OK) {
		text_printf(words, TR("Look into the mailbox of %s for this subject, and among its spam."),
		    t->to);
		return;
	}
	if (row != NULL)
		text_printf(words, TR("%s "), TR(row->remedy));
	if (t->code == EX_UNAVAILABLE) {
		text_put(words, TR("\"relayconf route\" and \"relayconf probe\" show the way."));
		return;
	}
	if (t->next_s > clock_wall_s()) {
		TEXT(span, 40);
		clock_put_span(&span, t->next_s - clock_wall_s());
		text_printf(words, TR("It is tried again in %s. "), span.data);
	}
	if (strstr(t->reason, "the runner is not running") != NULL)
		text_put(words, TR("Start the runner, as root: sendmail -bd -q1m. "));
	text_printf(words, TR("\"mailq why %s\" says more."), t->id);
}

static const char *outcome_name(int code)
{
	return code == EX_OK            ? TR_LATER("delivered")
	       : code == EX_UNAVAILABLE ? TR_LATER("refused")
	                                : TR_LATER("waits");
}

static void put_line(const char *name, enum terminal_paint paint, const char *words)
{
	int column = terminal_put_label(stdout, TR(name), 9);
	if (paint == PAINT_PLAIN || !terminal_colour(stdout)) {
		terminal_wrap(stdout, words, column, column);
		return;
	}
	size_t n = strcspn(words, ":");
	TEXT(head, 60);
	text_put_n(&head, words, n);
	terminal_put(stdout, paint, head.data);
	terminal_wrap(stdout, words + n, column, column + terminal_columns(words, n));
}

static void say(const struct test *t, bool json)
{
	TEXT(advice, 1200);
	TEXT(words, 2000);
	put_advice(t, &advice);
	if (json) {
		output_to(stdout, "{\"id\": ");
		json_string(stdout, t->id);
		json_pair(stdout, "to", t->to);
		json_pair(stdout, "subject", t->subject.data);
		json_pair(stdout, "outcome", outcome_name(t->code));
		json_number(stdout, "exit", t->code);
		json_pair(stdout, "reason", t->reason);
		json_pair(stdout, "key", t->key);
		json_number(stdout, "next_attempt", t->next_s);
		json_pair(stdout, "advice", advice.data);
		output_to(stdout, "}\n");
		return;
	}
	text_printf(&words, TR("%s to <%s>, subject \"%s\""), t->id, t->to, t->subject.data);
	put_line(TR_LATER("sent"), PAINT_PLAIN, words.data);
	text_init(&words, words.data, words.size);
	text_printf(&words, "%s: ", TR(outcome_name(t->code)));
	step_put(&words, t->reason);
	put_line(TR_LATER("outcome"),
	    t->code == EX_OK            ? PAINT_GREEN
	    : t->code == EX_UNAVAILABLE ? PAINT_RED
	                                : PAINT_YELLOW,
	    words.data);
	put_line(TR_LATER("next"), PAINT_PLAIN, advice.data);
}

static int submit(struct test *t, const char *mail, struct buffer *story)
{
	const char *argv[8] = {"sendmail", "-i", "-v"};
	int n = 3;
	if (t->from != NULL) {
		argv[n++] = "-f";
		argv[n++] = t->from;
	}
	argv[n++] = "--";
	argv[n] = t->to;
	int watched = terminal_width(stderr);
	if (watched > 0)
		output_to(stderr, "%s", TR("sending ..."));
	int code = helper_run("sendmail", argv, mail, story);
	if (watched > 0)
		fprintf(stderr, "\r%*s\r", watched - 1, "");
	return code;
}

int command_test(const char *address, const char *sender, bool json)
{
	struct test t = {.to = address, .from = sender};
	struct buffer story = {0};
	char subject[200];
	TEXT(mail, 2000);
	signal(SIGPIPE, SIG_IGN);
	text_init(&t.subject, subject, sizeof subject);
	put_subject(&t.subject);
	compose(&t, &mail);
	int code =
	    text_has_control(address) || mail.overflow ? EX_DATAERR : submit(&t, mail.data, &story);
	if (code == EX_OK) {
		take_story(&t, &story);
		decide(&t);
		say(&t, json);
		code = t.code;
	} else {
		complaint_say("relayconf", "no mail was sent to %.200s", address);
	}
	for (int i = 0; i < t.count; i++) {
		free(t.rcpts[i].address);
		free(t.rcpts[i].reason);
	}
	buffer_free(&story);
	return code;
}
