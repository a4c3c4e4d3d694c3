/* A delivery in the log: as Postfix's readers take it apart, whatever addresses and servers say. */
#include "diagnosis/report.h"
#include "diagnosis/nexthop_words.h"
#include "base/fields.h"
#include "tests/unit/unit.h"
#include <string.h>

static const char *line_of(struct buffer *out, const struct report_delivery *r,
    const struct diagnosis *d)
{
	out->length = 0;
	report_put_text(out, r, d);
	return buffer_string(out);
}

static const struct report_delivery to_ops = {.id = "6743a1f2.9c01d2aa",
    .sender = "cron@h.example.org",
    .recipient = "ops@example.org",
    .orig_to = "",
    .attempt = 2,
    .delay_s = 3};

static struct diagnosis of(enum verdict v, enum stage stage, int code, const char *text)
{
	struct diagnosis d = {.verdict = v, .stage = stage, .reply_code = (uint16_t)code, .port = 25};
	strcpy(d.hop, "main");
	strcpy(d.peer_name, "mail.example.org");
	strcpy(d.peer_address, "192.0.2.1");
	strcpy(d.text, text);
	return d;
}

/* A key is for programs, and no reader is to meet one. */
static void nexthops_in_words(void **state)
{
	static const char *const pairs[][2] = {{"@example.net", "the servers of example.net"},
	    {"@example.net/tls-optional", "the servers of example.net (TLS-Required: No)"},
	    {"=local", "local mailboxes"}, {"|spam", "filter spam"},
	    {"+12", "a digest of many messages"}, {"", "none"}, {"main,backup", "main,backup"}};
	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		TEXT(words, 100);
		nexthop_words_put(&words, pairs[i][0]);
		assert_string_equal(words.data, pairs[i][1]);
	}
	struct diagnosis d = of(VERDICT_DEFERRED, STAGE_CONNECT, 0, "Connection refused");
	strcpy(d.hop, "@example.net/tls-optional");
	TEXT(reason, 300);
	report_reason(&reason, &d);
	assert_string_equal(reason.data,
	    "the servers of example.net (TLS-Required: No), mail.example.org[192.0.2.1]:25: connect: "
	    "Connection refused");
}

static void as_postfix_says_it(void **state)
{
	struct buffer out = {0};
	struct report_delivery r = to_ops;
	(void)state;
	struct diagnosis d = of(VERDICT_SENT, STAGE_END_OF_DATA, 250, "250 2.0.0 Ok: queued as 4711");
	assert_string_equal(line_of(&out, &r, &d),
	    "6743a1f2.9c01d2aa: to=<ops@example.org>, relay=mail.example.org[192.0.2.1]:25, delay=3, "
	    "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4711) from=<cron@h.example.org> "
	    "smarthost=main try=2 stage=end-of-data key=- next_s=0 tls=-");
	d = of(VERDICT_FAILED, STAGE_RCPT, 550, "550 5.1.1 no such user");
	strcpy(d.status, "5.1.1");
	r.orig_to = "root@h.example.org";
	assert_non_null(strstr(line_of(&out, &r, &d),
	    ": to=<ops@example.org>, orig_to=<root@h.example.org>, "
	    "relay=mail.example.org[192.0.2.1]:25, delay=3, dsn=5.1.1, status=bounced (host "
	    "mail.example.org[192.0.2.1] said: 550 5.1.1 no such user (in reply to RCPT TO command)) "
	    "from="));
	d = of(VERDICT_DEFERRED, STAGE_CONNECT, 0, "Connection refused");
	assert_non_null(strstr(line_of(&out, &r, &d),
	    "dsn=4.0.0, status=deferred (connect to mail.example.org[192.0.2.1]:25: Connection "
	    "refused) from="));
	d = (struct diagnosis){.verdict = VERDICT_DEFERRED, .stage = STAGE_LOOKUP, .text = "no answer"};
	assert_non_null(strstr(line_of(&out, &r, &d), "relay=none, delay=3, dsn=4.0.0, status=deferred "
	                                              "(no answer) "));
	d = (struct diagnosis){.verdict = VERDICT_SENT, .hop = "local", .text = "appended"};
	assert_non_null(strstr(line_of(&out, &r, &d), "relay=local, delay=3, dsn=2.0.0, status=sent "));
	buffer_free(&out);
}

/* What a server says stands between the parentheses; the own fields come last. */
static void strangers_stay_in_their_place(void **state)
{
	struct buffer out = {0};
	struct report_delivery r = to_ops;
	struct diagnosis d = of(VERDICT_DEFERRED, STAGE_RCPT, 451, "451 later) key=a\nkey=b\x1b[1m");
	(void)state;
	d.key = REASON_SERVER_TROUBLE;
	strcpy(d.peer_name, "evil\x1b[2J\n");
	strcpy(d.peer_address, "\x1b");
	strcpy(d.status, "5\n");
	r.recipient = "a\n>, relay=evil@example.org";
	r.sender = "\" key=c \"@example.org";
	const char *line = line_of(&out, &r, &d);
	assert_null(strpbrk(line, "\n\x1b"));
	assert_non_null(strstr(strrchr(line, '>'), " key=server-trouble "));
	out.length = 0;
	report_put_fields(&out, &r, &d);
	char value[200];
	assert_true(fields_get(buffer_string(&out), "key", value, sizeof value));
	assert_string_equal(value, "server-trouble");
	assert_true(fields_get(buffer_string(&out), "text", value, sizeof value));
	assert_string_equal(value, d.text);
	buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(nexthops_in_words), TEST(as_postfix_says_it),
	    TEST(strangers_stay_in_their_place)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
