/* objects: smtp_client */
/* libs: -lcrypto */
/* Messages in flight by BDAT: each answer belongs to one of them, whatever a server thinks of. */
#include "base/text.h"
#include "message/parameter.h"
#include "tests/unit/smtp_client.h"
#include <stdio.h>

#define MESSAGES 40
#define OFFER "250-hi\r\n250-PIPELINING\r\n250-SIZE 2000000\r\n250 CHUNKING\r\n"
#define TEXT_OF "Subject: x\r\n\r\n.body\r\n"
#define BDAT "BDAT 21 LAST\r\n" TEXT_OF
#define FIRST "BDAT 1\r\nS"
#define REST "BDAT 20 LAST\r\nubject: x\r\n\r\n.body\r\n"
#define GROUP "MAIL FROM:<me@x.y> SIZE=21\r\nRCPT TO:<a@b.c>\r\n"
#define YES "250 ok\r\n"

static struct letter {
	struct transaction t;
	struct session_rcpt rcpts[3];
	size_t left; /* of a large body */
	bool done;
} letters[MESSAGES];
static int next_letter, done_count, unchunked_count, refused_count;
static int body_count;
static enum reason_key unchunked_key;

static void on_finished(void *context, struct transaction *t)
{
	struct letter *l = t->context;
	(void)context;
	assert_false(l->done);
	l->done = true;
	done_count++;
}

static void on_left_out(void *context, unsigned parameters, const struct diagnosis *d)
{
	(void)context;
	unchunked_count += parameters == PARAMETER_CHUNKING;
	body_count += parameters == PARAMETER_BODY;
	unchunked_key = d->key;
}

static void on_refused(void *context, struct transaction *t)
{
	(void)context;
	(void)t;
	refused_count++;
}

static bool body(void *context, struct buffer *out)
{
	struct letter *l = context;
	static char bytes[32768];
	l->t.body_begun = true;
	if (l->left == 0) {
		buffer_puts(out, l->t.chunked ? TEXT_OF : "Subject: x\r\n\r\n..body\r\n.\r\n");
		return false;
	}
	memset(bytes, 'x', sizeof bytes);
	size_t n = l->left < sizeof bytes ? l->left : sizeof bytes;
	buffer_add(out, bytes, n);
	l->left -= n;
	return l->left > 0;
}

static bool bad_body(void *context, struct buffer *out)
{
	struct letter *l = context;
	(void)out;
	l->t.unreadable = true;
	return false;
}

static int setup(void **state)
{
	(void)state;
	policy = client_policy(on_finished);
	policy.refused = on_refused;
	policy.left_out = on_left_out;
	memset(letters, 0, sizeof letters);
	next_letter = done_count = unchunked_count = refused_count = body_count = 0;
	session_start(&s, &policy, 1000);
	return 0;
}

static struct letter *letter(int rcpts)
{
	static const char *const names[] = {"a@b.c", "d@e.f", "g@h.i"};
	struct letter *l = &letters[next_letter++];
	for (int n = 0; n < rcpts; n++)
		l->rcpts[n].address = names[n];
	l->t = (struct transaction){.sender = "me@x.y",
	    .rcpts = l->rcpts,
	    .rcpt_count = rcpts,
	    .size_bytes = 21,
	    .ret = "",
	    .envid = "",
	    .body = body,
	    .context = l};
	return l;
}

static struct letter *give(int rcpts)
{
	struct letter *l = letter(rcpts);
	assert_true(session_can_take(&s));
	session_take(&s, &l->t);
	return l;
}

/* A session in which one message is delivered, and BDAT is known to work. */
static void proven(void)
{
	greet(OFFER);
	give(1);
	client_said(GROUP FIRST);
	server(YES YES YES);
	client_said(REST);
	server("250 taken\r\n");
	assert_int_equal(done_count, 1);
}

static enum verdict verdict(const struct letter *l, int rcpt)
{
	return l->rcpts[rcpt].result.verdict;
}

static void assert_result(const struct letter *l, enum verdict v, enum stage stage, int code)
{
	assert_int_equal(verdict(l, 0), v);
	assert_int_equal(l->rcpts[0].result.stage, stage);
	assert_int_equal(l->rcpts[0].result.reply_code, code);
}

static void the_first_asks_with_a_byte(void **state)
{
	(void)state;
	proven();
	assert_int_equal(verdict(&letters[0], 0), VERDICT_SENT);
	give(1);
	client_said(GROUP BDAT);
	server(YES YES "250 taken\r\n");
	assert_int_equal(verdict(&letters[1], 0), VERDICT_SENT);
	assert_int_equal(unchunked_count, 0);
}

static void several_are_in_flight(void **state)
{
	(void)state;
	proven();
	for (int i = 0; i < 3; i++)
		give(1);
	client_said(GROUP BDAT "RSET\r\n" GROUP BDAT "RSET\r\n" GROUP BDAT);
	server(YES YES "250 one\r\n" YES YES YES "250 two\r\n" YES YES YES "250 three\r\n");
	assert_int_equal(done_count, 4);
	assert_string_equal(letters[2].rcpts[0].result.text, "250 two");
	assert_string_equal(letters[3].rcpts[0].result.text, "250 three");
}

static void the_window_is_for_prompt_servers(void **state)
{
	(void)state;
	proven();
	assert_int_equal(s.window, SESSION_WINDOW_LEAST + 1);
	for (int i = 0; i < 5; i++)
		give(1);
	session_pump(&s, 2000);
	int begun = 0;
	for (int i = 1; i < 6; i++)
		begun += letters[i].t.begun;
	assert_int_equal(begun, 3);
	buffer_drop(&s.out, s.out.length);
	/* An answer that took its time. */
	const char *slow = YES YES "250 one\r\n";
	session_receive(&s, slow, strlen(slow), 9000);
	assert_int_equal(s.window, SESSION_WINDOW_LEAST);
	assert_false(letters[4].t.begun);
}

static void bytes_in_flight_are_bounded(void **state)
{
	(void)state;
	proven();
	for (int i = 0; i < 3; i++)
		give(1)->t.size_bytes = 300000;
	session_pump(&s, 2000);
	assert_true(letters[1].t.begun);
	assert_false(letters[2].t.begun);
}

static void a_refused_recipient_is_its_own(void **state)
{
	(void)state;
	proven();
	struct letter *l = give(2), *next = give(1);
	session_pump(&s, 2000);
	server(YES "550 5.1.1 unknown\r\n" YES "250 one\r\n" YES YES YES "250 two\r\n");
	assert_result(l, VERDICT_FAILED, STAGE_RCPT, 550);
	assert_int_equal(verdict(l, 1), VERDICT_SENT);
	assert_int_equal(verdict(next, 0), VERDICT_SENT);
	assert_int_equal(refused_count, 1);
}

static void nobody_accepted_is_the_reason(void **state)
{
	static const char *const answers[] = {"503 5.5.1 MAIL first\r\n",
	    "554 5.5.1 no valid recipients\r\n", "250 strange\r\n"};
	for (int i = 0; i < 3; i++) {
		setup(state);
		proven();
		struct letter *l = give(1), *next = give(1), *third = give(1);
		session_pump(&s, 2000);
		server(YES "550 5.1.1 unknown\r\n");
		server(answers[i]);
		assert_true(l->done);
		assert_result(l, VERDICT_FAILED, STAGE_RCPT, 550);
		server(YES YES YES "250 two\r\n" YES YES YES "250 three\r\n");
		assert_int_equal(verdict(next, 0), VERDICT_SENT);
		assert_int_equal(verdict(third, 0), VERDICT_SENT);
		assert_int_equal(unchunked_count, 0);
		client_teardown(state);
	}
	setup(state);
}

static void a_refused_sender_is_its_own(void **state)
{
	(void)state;
	proven();
	struct letter *l = give(1), *next = give(1);
	session_pump(&s, 2000);
	server("451 4.3.0 not now\r\n503 MAIL first\r\n503 MAIL first\r\n");
	assert_true(l->done);
	assert_result(l, VERDICT_DEFERRED, STAGE_MAIL, 451);
	server(YES YES YES "250 two\r\n");
	assert_int_equal(verdict(next, 0), VERDICT_SENT);
}

static void too_big_is_the_message(void **state)
{
	(void)state;
	proven();
	struct letter *l = give(1), *next = give(1);
	session_pump(&s, 2000);
	server(YES YES "552 5.3.4 too big\r\n" YES YES YES "250 two\r\n");
	assert_result(l, VERDICT_FAILED, STAGE_END_OF_DATA, 552);
	assert_int_equal(verdict(next, 0), VERDICT_SENT);
	assert_int_equal(unchunked_count, 0);
	/* Its transaction may be open. */
	buffer_drop(&s.out, s.out.length);
	give(1);
	client_said("RSET\r\n" GROUP BDAT);
}

static void bdat_unknown_is_data_from_then_on(void **state)
{
	static const char *const answers[] = {"500 what\r\n", "501 what\r\n", "502 5.5.1 no\r\n",
	    "503 no\r\n", "504 no\r\n", "555 no\r\n", "554 5.5.1 no\r\n", "551 5.7.1 no\r\n"};
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		setup(state);
		greet(OFFER);
		struct letter *l = give(2);
		client_said("MAIL FROM:<me@x.y> SIZE=21\r\nRCPT TO:<a@b.c>\r\nRCPT TO:<d@e.f>\r\n" FIRST);
		server("250 ok\r\n550 5.1.1 unknown\r\n250 ok\r\n");
		server(answers[i]);
		assert_int_equal(unchunked_count, 1);
		assert_false(l->done);
		/* Who was refused is not asked again. */
		client_said("RSET\r\nRSET\r\n"
		            "MAIL FROM:<me@x.y> SIZE=21\r\nRCPT TO:<d@e.f>\r\nDATA\r\n");
		/* Of the two RSET, the first one may be spoilt by the byte. */
		server(i % 2 ? YES : "500 what\r\n");
		server(YES YES YES "354 go\r\n");
		client_said("Subject: x\r\n\r\n..body\r\n.\r\n");
		server("250 taken\r\n");
		assert_result(l, VERDICT_FAILED, STAGE_RCPT, 550);
		assert_int_equal(verdict(l, 1), VERDICT_SENT);
		give(1);
		client_said(GROUP "DATA\r\n");
		assert_int_equal(unchunked_count, 1);
		client_teardown(state);
	}
	setup(state);
}

static void no_room_is_not_unknown(void **state)
{
	(void)state;
	greet(OFFER);
	struct letter *l = give(1);
	session_pump(&s, 2000);
	buffer_drop(&s.out, s.out.length);
	server(YES YES "452 4.3.1 no room\r\n");
	assert_result(l, VERDICT_DEFERRED, STAGE_DATA, 452);
	assert_int_equal(unchunked_count, 0);
	give(1);
	client_said("RSET\r\nRSET\r\n" GROUP FIRST);
}

static void bdat_unknown_later_repeats_by_data(void **state)
{
	(void)state;
	proven();
	struct letter *l = give(1), *next = give(1);
	session_pump(&s, 2000);
	buffer_drop(&s.out, s.out.length);
	server(YES YES "503 no\r\n");
	assert_false(l->done);
	assert_int_equal(unchunked_count, 1);
	server(YES YES YES "503 no\r\n");
	client_said("RSET\r\n" GROUP "DATA\r\n");
	server(YES YES YES "354 go\r\n");
	session_pump(&s, 2000);
	buffer_drop(&s.out, s.out.length);
	server("250 one\r\n");
	assert_int_equal(verdict(l, 0), VERDICT_SENT);
	assert_false(next->done);
	server(YES YES YES "354 go\r\n");
	session_pump(&s, 2000);
	server("250 two\r\n");
	assert_int_equal(verdict(next, 0), VERDICT_SENT);
	assert_int_equal(unchunked_count, 1);
}

/* Its bytes are commands for the server, and what it says is about those. */
static void out_of_step_nothing_counts(void **state)
{
	static const char *const answers[] = {"500 what\r\n", "502 5.5.1 what\r\n"};
	for (int i = 0; i < 2; i++) {
		setup(state);
		proven();
		struct letter *l = give(1), *next = give(1);
		session_pump(&s, 2000);
		buffer_drop(&s.out, s.out.length);
		server(YES YES);
		server(answers[i]);
		server("550 5.1.1 unknown\r\n550 5.1.1 unknown\r\n");
		assert_int_equal(s.state, SESSION_OVER);
		assert_int_equal(unchunked_count, 1);
		assert_true(l->done && next->done);
		assert_false(l->t.begun || next->t.begun);
		assert_int_equal(verdict(l, 0), VERDICT_NONE);
		assert_int_equal(verdict(next, 0), VERDICT_NONE);
		client_teardown(state);
	}
	setup(state);
}

static struct letter *large(size_t bytes)
{
	struct letter *l = letter(1);
	l->left = bytes;
	l->t.size_bytes = (int64_t)bytes;
	session_take(&s, &l->t);
	return l;
}

/* The command lines of what was said, without the bytes of chunks. */
static void commands_said(char *list, size_t size)
{
	struct text words;
	text_init(&words, list, size);
	size_t at = 0;
	while (at < s.out.length) {
		const char *line = s.out.data + at;
		const char *end = memchr(line, '\n', s.out.length - at);
		assert_non_null(end);
		text_put_n(&words, line, (size_t)(end - line) - 1);
		text_char(&words, '|');
		at = (size_t)(end - s.out.data) + 1;
		if (text_starts(line, "BDAT "))
			at += (size_t)atol(line + 5);
	}
	assert_int_equal(at, s.out.length);
	buffer_drop(&s.out, s.out.length);
}

static void a_large_one_goes_in_chunks(void **state)
{
	char said[400];
	(void)state;
	proven();
	struct letter *l = large(150000);
	session_pump(&s, 2000);
	commands_said(said, sizeof said);
	assert_string_equal(said, "MAIL FROM:<me@x.y> SIZE=150000|RCPT TO:<a@b.c>|BDAT 65536|");
	session_pump(&s, 2000);
	commands_said(said, sizeof said);
	assert_string_equal(said, "BDAT 65536|");
	session_pump(&s, 2000);
	commands_said(said, sizeof said);
	assert_string_equal(said, "BDAT 18928 LAST|");
	server(YES YES YES YES);
	assert_false(l->done);
	server("250 taken\r\n");
	assert_int_equal(verdict(l, 0), VERDICT_SENT);
}

static void a_refused_chunk_is_the_last_one(void **state)
{
	char said[400];
	(void)state;
	proven();
	struct letter *l = large(1000000), *next = give(1);
	session_pump(&s, 2000);
	commands_said(said, sizeof said);
	server(YES YES "552 5.3.4 too big\r\n");
	assert_true(l->done);
	assert_result(l, VERDICT_FAILED, STAGE_BODY, 552);
	session_pump(&s, 2000);
	client_said("RSET\r\n" GROUP BDAT);
	server(YES YES YES "250 taken\r\n");
	assert_int_equal(verdict(next, 0), VERDICT_SENT);
}

static void nobody_wants_it_so_it_is_not_sent(void **state)
{
	char said[400];
	(void)state;
	proven();
	struct letter *l = large(1000000);
	session_pump(&s, 2000);
	commands_said(said, sizeof said);
	server(YES "550 5.1.1 unknown\r\n");
	assert_false(l->done);
	server("554 no valid recipients\r\n");
	assert_true(l->done);
	client_said("");
}

static void what_cannot_be_read_is_left_out(void **state)
{
	(void)state;
	proven();
	struct letter *first = give(1), *bad = letter(1), *next = letter(1);
	bad->t.body = bad_body;
	session_take(&s, &bad->t);
	session_take(&s, &next->t);
	client_said(GROUP BDAT "RSET\r\n" GROUP "RSET\r\n" GROUP BDAT);
	server(YES YES "250 one\r\n" YES YES YES YES YES YES "250 three\r\n");
	assert_int_equal(verdict(first, 0), VERDICT_SENT);
	assert_int_equal(bad->rcpts[0].result.key, REASON_SPOOL_DAMAGED);
	assert_int_equal(verdict(next, 0), VERDICT_SENT);
}

static void a_421_reads_nothing_behind_it(void **state)
{
	static const struct {
		const char *before;
		int begun; /* of the three: those that the server had to do with */
	} rows[] = {{"", 0}, {YES, 0}, {YES YES, 1}, {YES YES "250 one\r\n", 1},
	    {YES YES "250 one\r\n" YES, 1}, {YES YES "250 one\r\n" YES YES YES, 2}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		setup(state);
		proven();
		struct letter *three[] = {give(1), give(1), give(1)};
		session_pump(&s, 2000);
		buffer_drop(&s.out, s.out.length);
		server(rows[i].before);
		server("421 4.3.2 closing\r\n");
		assert_int_equal(s.state, SESSION_OVER);
		assert_int_equal(done_count, 4);
		for (int k = 0; k < 3; k++) {
			assert_int_equal(three[k]->t.begun, k < rows[i].begun);
			if (k >= rows[i].begun)
				assert_int_equal(verdict(three[k], 0), VERDICT_NONE);
			assert_int_not_equal(three[k]->rcpts[0].result.key, REASON_OUTCOME_UNKNOWN);
		}
		client_teardown(state);
	}
	setup(state);
}

static void a_break_leaves_what_was_sent_unknown(void **state)
{
	(void)state;
	proven();
	struct letter *one = give(1), *two = give(2), *three = give(1);
	session_pump(&s, 2000);
	size_t all = s.out.length;
	buffer_drop(&s.out, all - 5);
	session_sent(&s, 2000);
	server(YES YES "250 one\r\n" YES YES YES "550 5.1.1 unknown\r\n");
	session_broken(&s, REASON_CONNECT_RESET, "the connection broke");
	assert_int_equal(verdict(one, 0), VERDICT_SENT);
	assert_int_equal(two->rcpts[0].result.key, REASON_OUTCOME_UNKNOWN);
	assert_result(two, VERDICT_DEFERRED, STAGE_END_OF_DATA, 0);
	assert_int_equal(two->rcpts[1].result.reply_code, 550);
	/* Its last bytes never left. */
	assert_false(three->t.begun);
	assert_int_equal(verdict(three, 0), VERDICT_NONE);
}

/* A server that drops what comes after the end of a message is better off with DATA. */
static void silence_in_flight_is_remembered(void **state)
{
	(void)state;
	proven();
	struct letter *three[] = {give(1), give(1), give(1)};
	session_pump(&s, 2000);
	buffer_drop(&s.out, s.out.length);
	server(YES YES "250 one\r\n");
	session_broken(&s, REASON_REPLY_TIMEOUT, "the server did not answer in time");
	assert_int_equal(verdict(three[0], 0), VERDICT_SENT);
	assert_int_equal(three[1]->rcpts[0].result.key, REASON_OUTCOME_UNKNOWN);
	assert_int_equal(unchunked_count, 1);
	assert_int_equal(unchunked_key, REASON_REPLY_TIMEOUT);
}

static void enough_for_one_session(void **state)
{
	(void)state;
	proven();
	struct letter *one = give(1), *two = give(1), *three = give(1);
	session_pump(&s, 2000);
	buffer_drop(&s.out, s.out.length);
	server(YES YES "250 one\r\n");
	server(YES "451 4.7.0 too many messages in this session\r\n503 no\r\n503 no\r\n");
	assert_int_equal(s.state, SESSION_READY);
	assert_false(session_can_take(&s));
	assert_true(two->done);
	assert_false(two->t.begun);
	server(YES "250 ok\r\n250 ok\r\n250 three\r\n");
	assert_int_equal(verdict(one, 0), VERDICT_SENT);
	assert_int_equal(verdict(three, 0), VERDICT_SENT);
	assert_int_equal(s.state, SESSION_OVER);
	assert_int_equal(s.failure.key, REASON_SESSION_LIMIT);
}

static bool on_again(void *context, const struct transaction *t, unsigned parameters,
    const struct diagnosis *d)
{
	(void)context, (void)t, (void)parameters, (void)d;
	return false;
}

/* What is in flight cannot be said anew in its place: it comes back as if it had not begun. */
static void a_parameter_is_refused_in_flight(void **state)
{
	(void)state;
	policy.again = on_again;
	greet("250-hi\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 CHUNKING\r\n");
	give(1);
	session_pump(&s, 2000);
	server(YES YES YES);
	session_pump(&s, 2000);
	server("250 taken\r\n");
	struct letter *l = letter(1), *next = letter(1);
	l->t.has_8bit = true;
	session_take(&s, &l->t);
	session_take(&s, &next->t);
	session_pump(&s, 2000);
	assert_non_null(strstr(buffer_string(&s.out), " BODY=8BITMIME"));
	server("555 5.5.4 BODY is not known\r\n503 MAIL first\r\n503 MAIL first\r\n");
	assert_true(l->done);
	assert_false(l->t.begun);
	assert_int_equal(verdict(l, 0), VERDICT_NONE);
	assert_int_equal(body_count, 1);
	assert_false(s.ehlo.eightbitmime);
	server(YES YES YES "250 taken\r\n");
	assert_int_equal(verdict(next, 0), VERDICT_SENT);
}

static void what_is_in_flight_stays(void **state)
{
	(void)state;
	proven();
	struct letter *begun = give(1);
	session_pump(&s, 2000);
	struct letter *waiting = give(1);
	assert_false(session_withdraw(&s, &begun->t));
	assert_true(session_withdraw(&s, &waiting->t));
	buffer_drop(&s.out, s.out.length);
	server(YES YES "250 one\r\n");
	assert_int_equal(verdict(begun, 0), VERDICT_SENT);
	assert_true(session_idle(&s));
}

static void what_was_asked_for_nobody(void **state)
{
	(void)state;
	greet(OFFER);
	struct letter *l = give(1);
	session_pump(&s, 2000);
	buffer_drop(&s.out, s.out.length);
	assert_true(session_withdraw(&s, &l->t));
	server(YES YES YES);
	assert_int_equal(s.state, SESSION_READY);
	give(1);
	client_said("RSET\r\n" GROUP BDAT);
}

static void without_rset_there_is_no_next(void **state)
{
	(void)state;
	proven();
	give(1);
	struct letter *next = give(1);
	session_pump(&s, 2000);
	buffer_drop(&s.out, s.out.length);
	server(YES YES "552 5.3.4 too big\r\n500 RSET what\r\n");
	assert_int_equal(s.state, SESSION_OVER);
	assert_int_equal(next->rcpts[0].result.key, REASON_OUTCOME_UNKNOWN);
}

static void the_last_ones_are_awaited(void **state)
{
	(void)state;
	proven();
	struct letter *begun = give(1);
	session_pump(&s, 2000);
	struct letter *waiting = give(1);
	session_begin_no_more(&s);
	buffer_drop(&s.out, s.out.length);
	client_said("");
	server(YES YES "250 one\r\n");
	assert_int_equal(verdict(begun, 0), VERDICT_SENT);
	client_said("");
	assert_false(waiting->t.begun);
}

static void data_where_it_is_wanted(void **state)
{
	static const char *const offers[] = {OFFER, "250-hi\r\n250 CHUNKING\r\n"};
	for (int i = 0; i < 2; i++) {
		setup(state);
		policy.without = i == 0 ? PARAMETER_CHUNKING : 0;
		greet(offers[i]);
		give(1);
		session_pump(&s, 2000);
		for (int k = 0; k < 2 && i == 1; k++)
			server(YES);
		assert_non_null(strstr(buffer_string(&s.out), "\r\nDATA\r\n"));
		assert_null(strstr(buffer_string(&s.out), "BDAT"));
		client_teardown(state);
	}
	setup(state);
}

static void a_probe_asks_for_bdat(void **state)
{
	static const char *const answers[] = {YES, "502 5.5.1 no\r\n"};
	for (int i = 0; i < 2; i++) {
		setup(state);
		policy.stop_before_data = true;
		greet(OFFER);
		give(1);
		client_said("MAIL FROM:<me@x.y> SIZE=21\r\n");
		server(YES);
		client_said("RCPT TO:<a@b.c>\r\n");
		server(YES);
		client_said(FIRST);
		server(answers[i]);
		client_said(i == 1 ? "RSET\r\nRSET\r\n" : "RSET\r\n");
		assert_int_equal(done_count, 1);
		assert_int_equal(unchunked_count, i);
		server(i == 1 ? "500 what\r\n" YES : YES);
		assert_true(session_idle(&s));
		client_teardown(state);
	}
	setup(state);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, client_teardown)
	const struct CMUnitTest tests[] = {
	    CASE(the_first_asks_with_a_byte),
	    CASE(several_are_in_flight),
	    CASE(the_window_is_for_prompt_servers),
	    CASE(bytes_in_flight_are_bounded),
	    CASE(a_refused_recipient_is_its_own),
	    CASE(nobody_accepted_is_the_reason),
	    CASE(a_refused_sender_is_its_own),
	    CASE(too_big_is_the_message),
	    CASE(bdat_unknown_is_data_from_then_on),
	    CASE(no_room_is_not_unknown),
	    CASE(bdat_unknown_later_repeats_by_data),
	    CASE(out_of_step_nothing_counts),
	    CASE(a_large_one_goes_in_chunks),
	    CASE(a_refused_chunk_is_the_last_one),
	    CASE(nobody_wants_it_so_it_is_not_sent),
	    CASE(what_cannot_be_read_is_left_out),
	    CASE(a_421_reads_nothing_behind_it),
	    CASE(a_break_leaves_what_was_sent_unknown),
	    CASE(silence_in_flight_is_remembered),
	    CASE(enough_for_one_session),
	    CASE(a_parameter_is_refused_in_flight),
	    CASE(what_is_in_flight_stays),
	    CASE(what_was_asked_for_nobody),
	    CASE(without_rset_there_is_no_next),
	    CASE(the_last_ones_are_awaited),
	    CASE(data_where_it_is_wanted),
	    CASE(a_probe_asks_for_bdat),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
