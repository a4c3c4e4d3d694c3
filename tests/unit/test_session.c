/* objects: smtp_client */
/* libs: -lcrypto */
/* The SMTP client without a socket: every order of events that a server can think of. */
#include "base/text.h"
#include "tests/unit/smtp_client.h"
#include <stdio.h>

static struct transaction *done[16];
static int done_count;

static void on_finished(void *context, struct transaction *t)
{
	(void)context;
	done[done_count++] = t;
}

static bool body(void *context, struct buffer *out)
{
	(void)context;
	buffer_puts(out, "Subject: x\r\n\r\nbody\r\n.\r\n");
	return false;
}

static int setup(void **state)
{
	(void)state;
	policy = client_policy(on_finished);
	done_count = 0;
	session_start(&s, &policy, 1000);
	return 0;
}

static struct transaction *message(int rcpts)
{
	static const char *const names[] = {"a@b.c", "d@e.f", "g@h.i"};
	static struct transaction t[4];
	static struct session_rcpt r[4][3];
	static int next;
	int i = next++ % 4;
	memset(r[i], 0, sizeof r[i]);
	for (int n = 0; n < rcpts; n++)
		r[i][n].address = names[n];
	t[i] = (struct transaction){.sender = "me@x.y",
	    .rcpts = r[i],
	    .rcpt_count = rcpts,
	    .size_bytes = 100,
	    .ret = "",
	    .envid = "",
	    .body = body};
	return &t[i];
}

#define PIPELINING "250-hi\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250 8BITMIME\r\n"
#define GROUP "MAIL FROM:<me@x.y> SIZE=100\r\nRCPT TO:<a@b.c>\r\nDATA\r\n"
#define BODY "Subject: x\r\n\r\nbody\r\n.\r\n"

static void one_message_pipelined(void **state)
{
	(void)state;
	greet(PIPELINING);
	struct transaction *t = message(1);
	session_take(&s, t);
	session_pump(&s, 2000);
	client_said(GROUP);
	server("250 ok\r\n250 ok\r\n354 go\r\n");
	client_said(BODY);
	server("250 2.0.0 queued\r\n");
	assert_int_equal(done_count, 1);
	assert_int_equal(t->rcpts[0].result.verdict, VERDICT_SENT);
	assert_string_equal(t->rcpts[0].result.status, "2.0.0");
	session_quit(&s, 2000);
	client_said("QUIT\r\n");
	server("221 bye\r\n");
	assert_int_equal(s.state, SESSION_OVER);
}

static void the_next_group_follows_the_dot(void **state)
{
	(void)state;
	greet(PIPELINING);
	session_take(&s, message(1));
	session_pump(&s, 2000);
	client_said(GROUP);
	session_take(&s, message(1));
	session_pump(&s, 2000);
	client_said(""); /* not before the answer to DATA is there */
	server("250 ok\r\n250 ok\r\n354 go\r\n");
	client_said(BODY GROUP);
	server("250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n");
	assert_int_equal(done_count, 1);
	client_said(BODY);
	server("250 ok\r\n");
	assert_int_equal(done_count, 2);
}

/* A Courier waited for them for ever: it had thrown away what came together with the end of the
 * message. */
static void behind_a_dot_courier_is_told_nothing(void **state)
{
	(void)state;
	greet("250-hi\r\n250-XVERP=Courier\r\n250-XEXDATA\r\n250-SIZE 1000\r\n250 PIPELINING\r\n");
	session_take(&s, message(1));
	session_pump(&s, 2000);
	server("250 ok\r\n250 ok\r\n354 go\r\n");
	session_take(&s, message(1));
	session_pump(&s, 2000);
	client_said(GROUP BODY);
	server("250 ok\r\n");
	assert_int_equal(done_count, 1);
	client_said(GROUP);
}

static void replies_may_come_byte_by_byte(void **state)
{
	const char *all = "250 ok\r\n250 ok\r\n354 go\r\n";
	(void)state;
	greet(PIPELINING);
	session_take(&s, message(1));
	session_pump(&s, 2000);
	s.out.length = 0;
	for (; *all != '\0'; all++)
		session_receive(&s, all, 1, 2000);
	client_said(BODY);
}

static void without_pipelining_one_by_one(void **state)
{
	(void)state;
	greet("250 hi\r\n");
	struct transaction *t = message(2);
	session_take(&s, t);
	session_pump(&s, 2000);
	client_said("MAIL FROM:<me@x.y>\r\n");
	server("250 ok\r\n");
	client_said("RCPT TO:<a@b.c>\r\n");
	server("550 5.1.1 no\r\n");
	client_said("RCPT TO:<d@e.f>\r\n");
	server("250 ok\r\n");
	client_said("DATA\r\n");
	server("354 go\r\n");
	client_said(BODY);
	server("250 ok\r\n");
	assert_int_equal(t->rcpts[0].result.verdict, VERDICT_FAILED);
	assert_string_equal(diag_key(&t->rcpts[0].result), "recipient-unknown");
	assert_int_equal(t->rcpts[1].result.verdict, VERDICT_SENT);
}

static void no_recipient_accepted_means_an_empty_message(void **state)
{
	(void)state;
	greet(PIPELINING);
	struct transaction *t = message(1);
	session_take(&s, t);
	session_pump(&s, 2000);
	s.out.length = 0;
	server("250 ok\r\n550 no\r\n354 go\r\n");
	client_said(".\r\n");
	assert_int_equal(done_count, 0);
	server("554 no valid recipients\r\n");
	assert_int_equal(done_count, 1);
	assert_int_equal(t->rcpts[0].result.stage, STAGE_RCPT);
	session_take(&s, message(1));
	session_pump(&s, 2000);
	client_said("RSET\r\n" GROUP);
}

static void data_refused_is_followed_by_rset(void **state)
{
	(void)state;
	greet(PIPELINING);
	struct transaction *t = message(1);
	session_take(&s, t);
	session_pump(&s, 2000);
	s.out.length = 0;
	server("250 ok\r\n250 ok\r\n452 4.3.1 no room\r\n");
	assert_int_equal(done_count, 1);
	assert_int_equal(t->rcpts[0].result.stage, STAGE_DATA);
	assert_int_equal(t->rcpts[0].result.verdict, VERDICT_DEFERRED);
	assert_string_equal(diag_key(&t->rcpts[0].result), "storage-full");
	session_take(&s, message(1));
	session_pump(&s, 2000);
	client_said("RSET\r\n" GROUP);
}

static void a_message_that_is_too_big_is_not_sent(void **state)
{
	(void)state;
	greet(PIPELINING);
	struct transaction *t = message(1);
	t->size_bytes = 1001;
	session_take(&s, t);
	session_pump(&s, 2000);
	client_said("");
	assert_int_equal(done_count, 1);
	assert_string_equal(diag_key(&t->rcpts[0].result), "size-exceeded");
}

static void lost_before_the_dot_is_not_delivered(void **state)
{
	(void)state;
	greet(PIPELINING);
	struct transaction *t = message(1), *unused = message(1);
	session_take(&s, t);
	session_pump(&s, 2000);
	session_take(&s, unused);
	session_pump(&s, 2000);
	s.out.length = 0;
	server("250 ok\r\n");
	session_broken(&s, REASON_PEER_CLOSED, "the server closed the connection");
	assert_int_equal(done_count, 2);
	assert_int_equal(t->rcpts[0].result.stage, STAGE_RCPT);
	assert_string_equal(diag_key(&t->rcpts[0].result), "peer-closed");
	assert_false(unused->begun);
	assert_int_equal(unused->rcpts[0].result.verdict, VERDICT_NONE);
}

static void lost_behind_the_dot_is_unknown(void **state)
{
	(void)state;
	greet(PIPELINING);
	struct transaction *t = message(1);
	session_take(&s, t);
	session_pump(&s, 2000);
	server("250 ok\r\n250 ok\r\n354 go\r\n");
	client_said(GROUP BODY);
	session_broken(&s, REASON_PEER_CLOSED, "the server closed the connection");
	assert_string_equal(diag_key(&t->rcpts[0].result), "outcome-unknown");
	assert_int_equal(t->rcpts[0].result.verdict, VERDICT_DEFERRED);
}

/* The one that the server is at has its end in the pipe, the next one's commands come after
   it. */
static void two_at_the_end_of_the_first(struct transaction *first, struct transaction *next)
{
	greet(PIPELINING);
	session_take(&s, first);
	session_take(&s, next);
	session_pump(&s, 2000);
	s.out.length = 0;
	server("250 ok\r\n250 ok\r\n354 go\r\n");
	client_said(BODY GROUP);
	assert_true(first->end_sent && next->begun);
}

static void what_was_not_begun_can_be_had_back(void **state)
{
	(void)state;
	struct transaction *first = message(1), *next = message(1);
	two_at_the_end_of_the_first(first, next);
	assert_false(session_withdraw(&s, first)); /* it may arrive */
	assert_true(session_withdraw(&s, next));
	assert_false(session_can_take(&s));
	server("250 taken\r\n");
	assert_int_equal(first->rcpts[0].result.verdict, VERDICT_SENT);
	/* The server asks for the message: anything that is said would be one. */
	server("250 ok\r\n250 ok\r\n");
	assert_int_equal(s.state, SESSION_READY);
	server("354 go\r\n");
	client_said("");
	assert_int_equal(s.state, SESSION_OVER);
	assert_string_equal(diag_key(&s.failure), "");
	assert_int_equal(done_count, 1);
	assert_int_equal(next->rcpts[0].result.verdict, VERDICT_NONE);
}

static void refused_to_nobody_the_session_goes_on(void **state)
{
	(void)state;
	struct transaction *first = message(1), *next = message(1), *third = message(1);
	two_at_the_end_of_the_first(first, next);
	assert_true(session_withdraw(&s, next));
	server("250 taken\r\n250 ok\r\n550 no\r\n503 no\r\n");
	assert_int_equal(s.state, SESSION_READY);
	assert_true(session_can_take(&s));
	session_take(&s, third);
	session_pump(&s, 2000);
	client_said("RSET\r\n" GROUP);
}

/* After a message that it has accepted, a server may end the session: that is not the next one's
 * failure. */
static void the_next_one_is_not_blamed(void **state)
{
	static const char *const ends[] = {"250 taken\r\n421 4.7.0 enough\r\n", "250 taken\r\n"};
	for (int i = 0; i < 2; i++) {
		setup(state);
		struct transaction *first = message(1), *next = message(1);
		two_at_the_end_of_the_first(first, next);
		server(ends[i]);
		session_broken(&s, REASON_PEER_CLOSED, "the server closed the connection");
		assert_int_equal(done_count, 2);
		assert_int_equal(first->rcpts[0].result.verdict, VERDICT_SENT);
		assert_false(next->begun);
		assert_int_equal(next->rcpts[0].result.verdict, VERDICT_NONE);
		client_teardown(state);
	}
	setup(state);
	/* One that accepted nothing is another matter. */
	struct transaction *first = message(1), *next = message(1);
	two_at_the_end_of_the_first(first, next);
	server("451 not now\r\n");
	session_broken(&s, REASON_PEER_CLOSED, "the server closed the connection");
	assert_string_equal(diag_key(&next->rcpts[0].result), "peer-closed");
}

static void closing_421_anywhere(void **state)
{
	const char *before[] = {"", "250 ok\r\n", "250 ok\r\n250 ok\r\n",
	    "250 ok\r\n250 ok\r\n354 go\r\n"};
	const enum stage stages[] = {STAGE_MAIL, STAGE_RCPT, STAGE_DATA, STAGE_END_OF_DATA};
	for (int i = 0; i < 4; i++) {
		setup(state);
		greet(PIPELINING);
		struct transaction *t = message(1);
		session_take(&s, t);
		session_pump(&s, 2000);
		server(before[i]);
		server("421 4.3.2 closing\r\n");
		assert_int_equal(s.state, SESSION_OVER);
		assert_int_equal(done_count, 1);
		assert_int_equal(t->rcpts[0].result.stage, stages[i]);
		assert_int_equal(t->rcpts[0].result.verdict, VERDICT_DEFERRED);
		assert_int_equal(t->rcpts[0].result.reply_code, 421);
		client_teardown(state);
	}
	setup(state);
}

static void sessions_that_never_begin(void **state)
{
	static const struct {
		const char *bytes, *key;
		enum stage stage;
	} cases[] = {
	    {"554 go away\r\n", "client-refused", STAGE_BANNER},
	    {"421 too many connections\r\n", "too-many-connections", STAGE_BANNER},
	    {"SSH-2.0-OpenSSH\r\n", "other-protocol", STAGE_BANNER},
	    {"\x15\x03\x01", "tls-implicit-missing", STAGE_BANNER},
	    {"hello\r\n", "reply-bad", STAGE_BANNER},
	    {"* OK IMAP4rev1 ready\r\n", "other-protocol", STAGE_BANNER},
	    {"200 news.example.org InterNetNews NNRP\r\n", "other-protocol", STAGE_BANNER},
	    {"220 x FTP ready\r\n500 what\r\n500 what\r\n", "other-protocol", STAGE_EHLO},
	    {"220 x LMTP ready\r\n500 what\r\n500 what\r\n", "other-protocol", STAGE_EHLO},
	    {"220 hi\r\n500 what\r\n500 what\r\n250 hi\r\n", "other-protocol", STAGE_EHLO},
	    {"220 hi\r\n421 no\r\n", "server-busy", STAGE_EHLO},
	    {"220 hi\r\n500 what\r\n500 what\r\n500 what\r\n", "helo-refused", STAGE_EHLO},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		setup(state);
		server(cases[i].bytes);
		assert_int_equal(s.state, SESSION_OVER);
		assert_string_equal(diag_key(&s.failure), cases[i].key);
		assert_int_equal(s.failure.stage, cases[i].stage);
		assert_int_equal(s.failure.verdict, VERDICT_DEFERRED);
		client_teardown(state);
	}
	setup(state);
	server("220 hi\r\n500 what\r\n250 hello\r\n");
	assert_int_equal(s.state, SESSION_READY);
	assert_false(s.ehlo.pipelining);
}

static void starttls_is_kept_pure(void **state)
{
	(void)state;
	policy.tls = SMARTHOST_TLS_VERIFY;
	greet("250-hi\r\n250 STARTTLS\r\n");
	client_said("STARTTLS\r\n");
	server("220 go\r\n250 injected\r\n");
	assert_string_equal(diag_key(&s.failure), "starttls-injection");
	session_free(&s);
	setup(state);
	policy.tls = SMARTHOST_TLS_VERIFY;
	greet("250 hi\r\n");
	assert_string_equal(diag_key(&s.failure), "starttls-missing");
	session_free(&s);
	setup(state);
	policy.tls = SMARTHOST_TLS_OPPORTUNISTIC;
	greet("250-hi\r\n250 STARTTLS\r\n");
	client_said("STARTTLS\r\n");
	server("454 not now\r\n");
	assert_int_equal(s.state, SESSION_READY);
	session_free(&s);
	setup(state);
	policy.tls = SMARTHOST_TLS_VERIFY;
	greet("250-hi\r\n250-PIPELINING\r\n250 STARTTLS\r\n");
	s.out.length = 0;
	server("220 go\r\n");
	assert_int_equal(s.state, SESSION_HANDSHAKE);
	session_secured(&s, 2000);
	client_said("EHLO me.example.org\r\n");
	assert_false(s.ehlo.pipelining); /* what was said in the clear counts no more (RFC 3207 4.2) */
}

static void login(void **state)
{
	policy.login = "joe";
	policy.password = "secret";
	greet("250-hi\r\n250 AUTH PLAIN LOGIN\r\n");
	assert_string_equal(diag_key(&s.failure), "auth-needs-tls");
	assert_null(s.out.length ? strstr(buffer_string(&s.out), "AUTH") : NULL);
	session_free(&s);
	setup(state);
	policy.login = "joe";
	policy.password = "secret";
	policy.auth_without_tls = true;
	greet("250-hi\r\n250 AUTH PLAIN LOGIN\r\n");
	client_said("AUTH PLAIN AGpvZQBzZWNyZXQ=\r\n");
	server("535 5.7.8 wrong\r\n");
	assert_string_equal(diag_key(&s.failure), "auth-refused");
	assert_int_equal(s.failure.fault, FAULT_CREDENTIAL);
	session_free(&s);
	setup(state);
	policy.login = "joe";
	policy.auth_without_tls = true;
	greet("250-hi\r\n250 AUTH GSSAPI\r\n");
	assert_string_equal(diag_key(&s.failure),
	    "auth-missing"); /* never without the login that is configured */
}

/* TLS without a certificate that is right keeps nobody in the middle out. */
static void no_secret_for_an_unverified_server(void **state)
{
	static const char *const mechanisms[] = {"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"};
	for (int i = 0; i < 8; i++) {
		TEXT(hello, 100);
		setup(state);
		policy.tls = SMARTHOST_TLS_ENCRYPT;
		policy.login = "joe";
		policy.password = "secret";
		policy.auth_to_unverified_server = i >= 4;
		greet("250-hi\r\n250 STARTTLS\r\n");
		server("220 go\r\n");
		text_copy(s.doubt, sizeof s.doubt, "the certificate expired");
		session_secured(&s, 2000);
		s.out.length = 0;
		text_printf(&hello, "250-hi\r\n250 AUTH %s\r\n", mechanisms[i % 4]);
		server(hello.data);
		bool said = s.out.length > 0 && strstr(buffer_string(&s.out), "AUTH") != NULL;
		assert_int_equal(said, i >= 4);
		assert_string_equal(diag_key(&s.failure), i >= 4 ? "" : "auth-unverified");
		if (i < 4)
			assert_non_null(strstr(s.failure.text, "the certificate expired"));
		session_free(&s);
	}
	setup(state);
}

static void deadlines_suit_the_stage(void **state)
{
	(void)state;
	assert_int_equal(s.deadline_ms, 1000 + 300000);
	greet(PIPELINING);
	assert_int_equal(s.deadline_ms, 0); /* ready and idle: nothing is awaited */
	session_take(&s, message(1));
	session_pump(&s, 2000);
	assert_int_equal(s.deadline_ms, 2000 + 300000);
	server("250 ok\r\n250 ok\r\n");
	assert_int_equal(s.deadline_ms, 2000 + 180000);
	server("354 go\r\n");
	session_sent(&s, 9000);
	assert_int_equal(s.deadline_ms, 9000 + 600000);
}

static void hostile_replies_end_the_session(void **state)
{
	(void)state;
	greet(PIPELINING);
	server("250 nobody asked\r\n");
	assert_int_equal(s.state, SESSION_OVER);
	client_teardown(state);
	setup(state);
	char line[5000];
	memset(line, 'x', sizeof line);
	memcpy(line, "220 ", 4);
	for (int i = 0; i < 300 && s.state != SESSION_OVER; i++)
		session_receive(&s, line, sizeof line, 2000);
	assert_int_equal(s.state, SESSION_OVER);
	assert_string_equal(diag_key(&s.failure), "reply-bad");
	client_teardown(state);
	setup(state);
	for (int i = 0; i < 200000 && s.state != SESSION_OVER; i++)
		server("220-more\r\n");
	assert_string_equal(diag_key(&s.failure), "reply-bad");
}

/* A server that sent a byte now and then could keep a session for an hour. */
static void bytes_buy_no_time(void **state)
{
	(void)state;
	int64_t until_ms = s.deadline_ms;
	server("220");
	assert_int_equal(s.deadline_ms, until_ms);
	server("-hi\r\n");
	assert_int_equal(s.deadline_ms, until_ms);
	server("220 hi\r\n");
	assert_true(s.deadline_ms > until_ms);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, client_teardown)
	const struct CMUnitTest tests[] = {
	    CASE(one_message_pipelined),
	    CASE(the_next_group_follows_the_dot),
	    CASE(behind_a_dot_courier_is_told_nothing),
	    CASE(replies_may_come_byte_by_byte),
	    CASE(without_pipelining_one_by_one),
	    CASE(no_recipient_accepted_means_an_empty_message),
	    CASE(data_refused_is_followed_by_rset),
	    CASE(a_message_that_is_too_big_is_not_sent),
	    CASE(lost_before_the_dot_is_not_delivered),
	    CASE(lost_behind_the_dot_is_unknown),
	    CASE(what_was_not_begun_can_be_had_back),
	    CASE(refused_to_nobody_the_session_goes_on),
	    CASE(the_next_one_is_not_blamed),
	    CASE(closing_421_anywhere),
	    CASE(sessions_that_never_begin),
	    CASE(starttls_is_kept_pure),
	    CASE(login),
	    CASE(no_secret_for_an_unverified_server),
	    CASE(deadlines_suit_the_stage),
	    CASE(bytes_buy_no_time),
	    CASE(hostile_replies_end_the_session),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
