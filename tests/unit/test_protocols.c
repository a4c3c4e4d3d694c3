/* objects: relay */
/* libs: -linih -lidn2 -lssl -lcrypto */
/* The tables of verbs, and what man/ARCHITECTURE shows of them. */
#include "base/mailbox_answer.h"
#include "jobs/jobs_line.h"
#include "jobs/ledger.h"
#include "jobs/orders.h"
#include "jobs/process_line.h"
#include "relay/child.h"
#include "relay/route/exchange.h"
#include "spool/control_line.h"
#include "spool/follow_line.h"
#include "spool/submit_line.h"
#include "tests/unit/unit.h"
#include <stdio.h>

#define MANUAL "man/ARCHITECTURE"

static const struct protocol *const all[] = {&jobs_to_relay, &jobs_to_runner, &orders_given,
    &child_said, &control_asked, &control_answered, &follow_said, &submit_answered,
    &submit_introduced, &ledger_noted, &process_asked, &process_answered, &mailbox_answered,
    &exchange_said};

/* A line of the manual without its LF, and without what follows two blanks. */
static bool next_line(FILE *manual, char line[200], size_t indent)
{
	if (fgets(line, 200, manual) == NULL)
		return false;
	line[strcspn(line, "\n")] = '\0';
	char *note = strlen(line) > indent ? strstr(line + indent, "  ") : NULL;
	if (note != NULL)
		*note = '\0';
	return true;
}

/* The same verbs, with the same after them, in the same order, and no others. */
static void the_manual_shows_each_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		const struct protocol *p = all[i];
		char line[200], title[100], row[100];
		FILE *manual = fopen(MANUAL, "r");
		assert_non_null(manual);
		snprintf(title, sizeof title, "    %s", p->name);
		while (next_line(manual, line, 4) && strcmp(line, title) != 0)
			;
		assert_string_equal(line, title);
		for (int n = 0; n < p->count; n++) {
			bool alone = *p->rows[n].behind == '\0';
			snprintf(row, sizeof row, "        %s%s%s", p->rows[n].word, alone ? "" : " ",
			    p->rows[n].behind);
			assert_true(next_line(manual, line, 8));
			assert_string_equal(line, row);
		}
		assert_true(next_line(manual, line, 8));
		assert_string_equal(line, "");
		fclose(manual);
	}
}

static int protocols_in_the_manual(void)
{
	char line[200], before[200] = "x";
	int count = 0;
	bool inside = false;
	FILE *manual = fopen(MANUAL, "r");
	assert_non_null(manual);
	while (next_line(manual, line, 4)) {
		if (strncmp(line, "6. ", 3) == 0 || strncmp(line, "7. ", 3) == 0)
			inside = line[0] == '6';
		count += inside && *before == '\0' && strncmp(line, "    ", 4) == 0;
		strcpy(before, line);
	}
	fclose(manual);
	return count;
}

static void the_manual_shows_no_other(void **state)
{
	(void)state;
	assert_int_equal(protocols_in_the_manual(), sizeof all / sizeof all[0]);
}

/* A word with more after it, or less, than its row has is none. */
static void a_line_has_what_its_row_says(void **state)
{
	const char *behind;
	(void)state;
	assert_int_equal(protocol_find(&jobs_to_relay, "quit", &behind), JOBS_QUIT);
	assert_int_equal(protocol_find(&jobs_to_relay, "quit ", &behind), -1);
	assert_int_equal(protocol_find(&jobs_to_relay, "quit now", &behind), -1);
	assert_int_equal(protocol_find(&jobs_to_relay, "rcpt", &behind), -1);
	assert_int_equal(protocol_find(&jobs_to_relay, "rcp address=a", &behind), -1);
	assert_int_equal(protocol_find(&jobs_to_relay, "", &behind), -1);
	assert_int_equal(protocol_find(&jobs_to_relay, "rcpt address=a", &behind), JOBS_RCPT);
	assert_string_equal(behind, "address=a");
	assert_int_equal(protocol_find(&control_answered, "ok", &behind), CONTROL_OK);
	assert_int_equal(protocol_find(&control_answered, "ok id=1", &behind), CONTROL_OK_FIELDS);
}

/* What a relay of the version before said is understood, and what it did not say is not there. */
static void lines_of_an_older_relay_are_understood(void **state)
{
	struct jobs_heard h;
	(void)state;
	assert_true(jobs_line_parse(&h, &jobs_to_runner, "ready n=3 next=0  verdict=sent stage=none"));
	assert_int_equal(h.line.n, 3);
	assert_int_equal(h.line.d->verdict, VERDICT_SENT);
	assert_true(jobs_line_parse(&h, &jobs_to_runner, "down n=0 next=0  verdict=deferred code=450"));
	assert_int_equal(h.line.d->reply_code, 450);
	assert_true(jobs_line_parse(&h, &jobs_to_runner, "rcpt verdict=sent"));
	assert_null(h.line.id);
	assert_int_equal(h.line.n, -1);
	assert_false(jobs_line_parse(&h, &jobs_to_runner, "hello id=65000000.00000001"));
}

static void requests_name_what_they_may(void **state)
{
	static const char *const good[] = {"hold 65000000.00000001", "show 65000000.00000001.dead",
	    "forget", "look", "noted flush.12", "watch 65000000.00000001 talk"};
	static const char *const bad[] = {"hold 65000000.00000001.dead", "hold ../policy", "hold",
	    "forget all", "noted flush.../policy", "noted policy", "watch 65000000.00000001",
	    "watch 65000000.00000001 sing", "show 65000000.00000001.log", "HOLD 65000000.00000001"};
	struct control_line l;
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(control_line_parse(&l, good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (control_line_parse(&l, bad[i]))
			fail_msg("%s", bad[i]);
	}
}

static void answers_of_mailbox(void **state)
{
	static const char *const bad[] = {"", "delivered", "forward own", "forward both words",
	    "failed mailbox-locked", "failed  words", "- appended", "mailbox-locked words",
	    "failed a-key-that-is-longer-than-any-in-the-catalogue words"};
	struct mailbox_answer a = {.verb = MAILBOX_FORWARD, .own = true, .words = "a\nb"}, b;
	struct buffer line = {0};
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (mailbox_answer_parse(&b, bad[i]))
			fail_msg("%s", bad[i]);
	}
	mailbox_answer_put(&line, &a);
	assert_string_equal(buffer_string(&line), "forward own a?b\n");
	buffer_free(&line);
	assert_true(mailbox_answer_parse(&b, "forward away "));
	assert_true(b.verb == MAILBOX_FORWARD && !b.own && *b.words == '\0');
	assert_true(mailbox_answer_parse(&b, "failed mailbox-locked by somebody"));
	assert_string_equal(b.key, "mailbox-locked");
	assert_string_equal(b.words, "by somebody");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_manual_shows_each_table),
	    TEST(the_manual_shows_no_other),
	    TEST(a_line_has_what_its_row_says),
	    TEST(lines_of_an_older_relay_are_understood),
	    TEST(requests_name_what_they_may),
	    TEST(answers_of_mailbox),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
