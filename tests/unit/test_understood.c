/* objects: smtp_client */
/* libs: -lcrypto */
/* Replies that break the rules and are clear all the same. */
#include "base/text.h"
#include "tests/unit/smtp_client.h"

static struct session_rcpt rcpt;
static struct transaction message;
static int done_count;

static void on_finished(void *context, struct transaction *t)
{
	(void)context;
	(void)t;
	done_count++;
}

static bool body(void *context, struct buffer *out)
{
	bool *endless = context;
	if (*endless)
		buffer_puts(out, "a line of a long message\r\n");
	else
		buffer_puts(out, "Subject: x\r\n\r\nbody\r\n.\r\n");
	return *endless;
}

static void answer(const char *bytes)
{
	session_receive(&s, bytes, strlen(bytes), 2000);
	session_pump(&s, 2000);
	s.out.length = 0;
}

static void server_n(const char *bytes, size_t length)
{
	session_receive(&s, bytes, length, 2000);
}

/* A session with one message, up to the answer to DATA; the server's answers come byte by byte. */
static void begin(bool endless)
{
	static bool is_endless;
	is_endless = endless;
	policy = client_policy(on_finished);
	rcpt = (struct session_rcpt){.address = "a@b.c"};
	message = (struct transaction){.sender = "me@x.y",
	    .rcpts = &rcpt,
	    .rcpt_count = 1,
	    .size_bytes = 100,
	    .ret = "",
	    .envid = "",
	    .context = &is_endless,
	    .body = body};
	done_count = 0;
	session_start(&s, &policy, 1000);
	answer("220 hi\r\n");
	answer("250 hi\r\n");
	session_take(&s, &message);
	session_pump(&s, 2000);
	answer("250 ok\r\n");
	answer("250 ok\r\n");
	answer("354 go\r\n");
}

static void outcome(enum verdict verdict, const char *key)
{
	assert_int_equal(done_count, 1);
	assert_int_equal(rcpt.result.verdict, verdict);
	assert_string_equal(diag_key(&rcpt.result), key);
	session_free(&s);
}

static void a_nul_hides_no_code(void **state)
{
	static const char taken[] = "250 2.0.0 O\0k\r\n",
	                  refused[] = "\0005\00050 5.1.1 no\0 such user\r\n";
	(void)state;
	begin(false);
	server_n(taken, sizeof taken - 1);
	outcome(VERDICT_SENT, "");
	begin(false);
	server_n(refused, sizeof refused - 1);
	assert_string_equal(rcpt.result.text, "550 5.1.1 no such user");
	outcome(VERDICT_FAILED, "recipient-unknown");
}

static void a_long_line_is_cut(void **state)
{
	char line[5000];
	(void)state;
	memset(line, 'x', sizeof line);
	memcpy(line, "250 ", 4);
	for (int pieces = 1; pieces <= 30; pieces += 29) {
		begin(false);
		server_n(line, sizeof line);
		for (int i = 1; i < pieces; i++)
			server_n(line + 4, sizeof line - 4);
		assert_int_equal(done_count, 0);
		answer("\r\n");
		outcome(VERDICT_SENT, "");
	}
	begin(false);
	memcpy(line, "250-", 4);
	server_n(line, sizeof line);
	answer("xx\r\n250 ok\r\n");
	outcome(VERDICT_SENT, "");
}

static void many_lines_are_one_answer(void **state)
{
	(void)state;
	begin(false);
	for (int i = 0; i < 5000; i++)
		answer("250-and so on\r\n");
	assert_int_equal(done_count, 0);
	answer("250 ok\r\n");
	outcome(VERDICT_SENT, "");
	begin(false);
	for (int i = 0; i < 300; i++)
		answer("550-and so on\r\n");
	answer("550 no\r\n");
	outcome(VERDICT_FAILED, "reply-5xx");
}

/* Three copies of a message come of an answer that is not believed. */
static void an_answer_without_its_end_counts(void **state)
{
	(void)state;
	begin(false);
	for (int i = 0; i < 100000 && done_count == 0; i++)
		answer("250-and so on\r\n");
	assert_int_equal(s.state, SESSION_OVER);
	outcome(VERDICT_SENT, "");
	static const char *const taken[] = {"250-ok\r\n", "250 2.0.0 queued", "250", "250-ok\r\n25"};
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
		begin(false);
		answer(taken[i]);
		session_broken(&s, REASON_PEER_CLOSED, "the server closed the connection");
		outcome(VERDICT_SENT, "");
	}
	static const char *const unclear[] = {"", "2", "25", "Ok: queued", "25O ok"};
	for (size_t i = 0; i < sizeof unclear / sizeof unclear[0]; i++) {
		begin(false);
		answer(unclear[i]);
		session_broken(&s, REASON_PEER_CLOSED, "the server closed the connection");
		outcome(VERDICT_DEFERRED, "outcome-unknown");
	}
}

static void lines_that_are_no_answer_are_passed_over_behind_the_end(void **state)
{
	(void)state;
	begin(false);
	answer("queued as 4711\r\n");
	answer("250 ok\r\n");
	outcome(VERDICT_SENT, "");
	begin(false);
	answer("250-ok\r\nand more\r\n250 end\r\n");
	outcome(VERDICT_SENT, "");
	begin(false);
	for (int i = 0; i < 30 && s.state != SESSION_OVER; i++)
		answer("garbage\r\n");
	outcome(VERDICT_DEFERRED, "outcome-unknown");
}

static void an_answer_in_the_middle_of_the_message_counts(void **state)
{
	static const struct {
		const char *bytes, *key;
		enum verdict verdict;
	} cases[] = {
	    {"552 5.3.4 Message too big\r\n", "size-exceeded", VERDICT_FAILED},
	    {"451 4.3.0 later\r\n", "server-trouble", VERDICT_DEFERRED},
	    {"421 4.3.2 closing\r\n", "closing", VERDICT_DEFERRED},
	    {"250 what\r\n", "reply-bad", VERDICT_DEFERRED},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		begin(true);
		answer(cases[i].bytes);
		session_broken(&s, REASON_CONNECT_RESET, "the connection broke");
		assert_int_equal(s.state, SESSION_OVER);
		assert_int_equal(rcpt.result.stage, STAGE_BODY);
		outcome(cases[i].verdict, cases[i].key);
	}
	begin(true);
	answer("552 5.3.4 Message too big");
	session_broken(&s, REASON_CONNECT_RESET, "the connection broke");
	outcome(VERDICT_FAILED, "size-exceeded");
}

static void a_refusal_without_its_end_is_the_reason(void **state)
{
	(void)state;
	session_start(&s, &policy, 1000);
	answer("554 your address is on our blocklist");
	session_broken(&s, REASON_PEER_CLOSED, "the server closed the connection");
	assert_string_equal(diag_key(&s.failure), "listed");
	session_free(&s);
	session_start(&s, &policy, 1000);
	answer("220 hi\r\n250-hi");
	session_broken(&s, REASON_PEER_CLOSED, "the server closed the connection");
	assert_string_equal(diag_key(&s.failure), "peer-closed");
	assert_int_equal(s.failure.stage, STAGE_EHLO);
	session_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_nul_hides_no_code),
	    TEST(a_long_line_is_cut),
	    TEST(many_lines_are_one_answer),
	    TEST(an_answer_without_its_end_counts),
	    TEST(lines_that_are_no_answer_are_passed_over_behind_the_end),
	    TEST(an_answer_in_the_middle_of_the_message_counts),
	    TEST(a_refusal_without_its_end_is_the_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
