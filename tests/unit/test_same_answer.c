/* objects: sendmail/runner/queue/same_answer */
/* When temporary answers in a row mean that the server accepts nothing. */
#include "runner/queue/same_answer.h"
#include "base/text.h"
#include "tests/unit/unit.h"
#include <stdio.h>

static struct diagnosis answer(enum stage stage, int code, const char *key)
{
	struct diagnosis d = {.verdict = VERDICT_DEFERRED, .stage = stage};
	d.reply_code = (uint16_t)code;
	diag_name(&d, key);
	return d;
}

/* So many messages of senders s0.. or one, to domains d0.. or one: how many it takes; 0 = they are
 * never enough. */
static int needed(struct same_answer *s, const struct diagnosis *d, bool senders, bool domains)
{
	char sender[40], rcpt[40];
	for (int i = 0; i < 20; i++) {
		snprintf(sender, sizeof sender, "s%d@example.org", senders ? i : 0);
		snprintf(rcpt, sizeof rcpt, "r%d@D%d.example", i, domains ? i : 0);
		if (same_answer_note(s, d, 100 + (uint64_t)i, 0, sender, rcpt))
			return i + 1;
	}
	return 0;
}

static void it_depends_on_what_differs(void **state)
{
	static const struct {
		enum stage stage;
		int code;
		const char *key;
		bool senders, domains;
		int needed;
	} rows[] = {
	    {STAGE_MAIL, 451, "server-trouble", false, false, SAME_ANSWER_MAX},
	    {STAGE_MAIL, 450, "reply-4xx", false, false, SAME_ANSWER_MAX},
	    {STAGE_MAIL, 451, "sender-unknown", false, true, 0},
	    {STAGE_MAIL, 451, "sender-unknown", true, false, SAME_ANSWER_MAX},
	    {STAGE_MAIL, 450, "greylisted", true, true, 0},
	    {STAGE_RCPT, 451, "server-trouble", true, true, SAME_ANSWER_MAX},
	    {STAGE_RCPT, 451, "server-trouble", true, false, 0},
	    {STAGE_RCPT, 450, "greylisted", true, true, 0},
	    {STAGE_RCPT, 452, "recipient-full", true, true, 0},
	    {STAGE_END_OF_DATA, 451, "server-trouble", true, true, 0},
	    {STAGE_MAIL, 0, "server-trouble", true, true, 0},
	    {STAGE_MAIL, 550, "reply-5xx", true, true, 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct same_answer s = {0};
		struct diagnosis d = answer(rows[i].stage, rows[i].code, rows[i].key);
		assert_int_equal(needed(&s, &d, rows[i].senders, rows[i].domains), rows[i].needed);
	}
}

static void another_outcome_ends_the_row(void **state)
{
	struct diagnosis busy = answer(STAGE_MAIL, 451, "server-trouble"), sent = {.reply_code = 250},
	                 lost = answer(STAGE_MAIL, 0, "connection-lost"),
	                 other = answer(STAGE_RCPT, 450, "greylisted");
	struct same_answer s = {0};
	(void)state;
	sent.verdict = VERDICT_SENT;
	assert_int_equal(needed(&s, &busy, false, false), SAME_ANSWER_MAX);
	/* One message asks for all: the same answer is enough, whoever asks. */
	assert_true(same_answer_note(&s, &busy, 100, 0, "s@example.org", "r@example.org"));
	/* No answer is none. */
	assert_false(same_answer_note(&s, &lost, 7, 0, "s@example.org", "r@example.org"));
	assert_true(same_answer_note(&s, &busy, 101, 0, "s@example.org", "r@example.org"));
	assert_false(same_answer_note(&s, &other, 8, 0, "s@example.org", "r@example.org"));
	assert_int_equal(needed(&s, &busy, false, false), SAME_ANSWER_MAX);
	assert_false(same_answer_note(&s, &sent, 9, 0, "s@example.org", "r@example.org"));
	assert_int_equal(s.count, 0);
}

/* The recipients of one message are one question. */
static void one_message_counts_once(void **state)
{
	struct diagnosis d = answer(STAGE_RCPT, 451, "server-trouble");
	struct same_answer s = {0};
	char rcpt[40];
	(void)state;
	for (int i = 0; i < 20; i++) {
		snprintf(rcpt, sizeof rcpt, "r@d%d.example", i);
		assert_false(same_answer_note(&s, &d, 1, 0, "s@example.org", rcpt));
	}
	assert_int_equal(s.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(it_depends_on_what_differs),
	    TEST(another_outcome_ends_the_row), TEST(one_message_counts_once)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
