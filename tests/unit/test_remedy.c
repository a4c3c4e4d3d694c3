/* objects: */
/* The kind of server out of its words, and remedies for that kind with the values of the case. */
#include "base/text.h"
#include "diagnosis/catalogue.h"
#include "diagnosis/remedy.h"
#include "diagnosis/server.h"
#include "tests/unit/unit.h"

static void servers_are_known_by_their_words(void **state)
{
	static const struct {
		enum server_words from;
		const char *words, *kind;
	} cases[] = {
	    {SERVER_GREETING, "courier.example.net ESMTP", NULL},
	    {SERVER_OFFER, "courier.example.net Ok.\nXVERP=Courier\nXEXDATA\nPIPELINING", "courier"},
	    {SERVER_ANSWER, "513 Relaying denied.", "courier"},
	    {SERVER_GREETING, "mail.example.org ESMTP Postfix (Debian/GNU)", "postfix"},
	    {SERVER_OFFER, "mail.example.org\nPIPELINING\nSIZE 10240000\nVRFY\nETRN\nDSN", "postfix"},
	    {SERVER_ANSWER, "554 5.7.1 <x@y.z>: Relay access denied", "postfix"},
	    {SERVER_GREETING, "mx ESMTP Exim 4.96 Mon, 30 Nov 2026 12:00:00 +0000", "exim"},
	    {SERVER_OFFER, "mx Hello m [10.0.0.1]\nSIZE 52428800\nPIPECONNECT\nHELP", "exim"},
	    {SERVER_ANSWER, "550 relay not permitted", "exim"},
	    {SERVER_GREETING, "mx.example.org ESMTP OpenSMTPD", "opensmtpd"},
	    {SERVER_ANSWER, "550 Invalid recipient: <x@y.z>", "opensmtpd"},
	    {SERVER_GREETING, "mx.example.org ESMTP Sendmail 8.17.1/8.17.1; Mon, 30 Nov", "sendmail"},
	    {SERVER_GREETING, "smtp.gmail.com ESMTP 5b1f17b1804b1-42 - gsmtp", "gmail"},
	    {SERVER_GREETING, "FR0P281CA0001.outlook.office365.com Microsoft ESMTP MAIL Service ready",
	        "microsoft365"},
	    {SERVER_ANSWER, "535 5.7.139 Authentication unsuccessful [FR0.DEUP281.PROD.OUTLOOK.COM]",
	        "microsoft365"},
	    {SERVER_GREETING, "mail.corp.example Microsoft ESMTP MAIL Service ready", "exchange"},
	    {SERVER_GREETING, "email-smtp.amazonaws.com ESMTP SimpleEmailService-d-X", "ses"},
	    {SERVER_GREETING, "ec2-1-2-3-4.compute.amazonaws.com ESMTP Postfix", "postfix"},
	    {SERVER_GREETING, "SG ESMTP service ready at ismtpd-1", "sendgrid"},
	    {SERVER_GREETING, "Mailgun Influx ready", "mailgun"},
	    {SERVER_GREETING, "", NULL},
	    {SERVER_ANSWER, "550 5.1.1 no such user", NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *kind = server_kind(cases[i].from, cases[i].words);
		if (cases[i].kind == NULL) {
			assert_null(kind);
			continue;
		}
		assert_non_null(kind);
		assert_string_equal(kind, cases[i].kind);
		assert_non_null(server_name(kind));
	}
}

static void the_address_is_as_the_server_says(void **state)
{
	static const struct {
		const char *words, *address;
	} cases[] = {
	    {"mx Hello mon1 [192.0.2.7]\nSIZE", "192.0.2.7"},
	    {"smtp.gmail.com at your service, [2001:DB8::1]", "2001:db8::1"},
	    {"mx Hello [IPv6:2001:db8::2]", "2001:db8::2"},
	    {"mx Hello [::ffff:192.0.2.7]", "192.0.2.7"},
	    {"554 5.7.1 <unknown[192.0.2.7]>: Client host rejected", "192.0.2.7"},
	    {"250 mx[198.51.100.9] greets [192.0.2.7]", "192.0.2.7"},
	    {"mx Hello mon1", NULL},
	    {"mx [198.51.100.9]", NULL},
	    {"[192.0.2.7", NULL},
	    {"[] [x] [999.1.1.1] [192.0.2.7/24] [[", NULL},
	    {"[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]",
	        NULL},
	    {"", NULL},
	};
	char address[64];
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		bool seen = server_saw(cases[i].words, "198.51.100.9", address, sizeof address);
		assert_int_equal(seen, cases[i].address != NULL);
		if (seen)
			assert_string_equal(address, cases[i].address);
	}
}

static const char *remedy(const struct diagnosis *d, const char *recipient)
{
	static char text[REMEDY_SIZE];
	struct text t;
	text_init(&t, text, sizeof text);
	remedy_put(&t, d, recipient);
	assert_false(t.overflow);
	return text;
}

static void commands_are_filled_in(void **state)
{
	struct diagnosis d = {.key = REASON_RELAY_DENIED,
	    .server = "courier",
	    .local_address = "192.0.2.7",
	    .login = "joe@example.org"};
	(void)state;
	const char *text = remedy(&d, "ops@example.net");
	assert_non_null(strstr(text, "printf '192.0.2.7\\tallow,RELAYCLIENT\\n' "
	                             ">>/etc/courier/smtpaccess/default && makesmtpaccess"));
	assert_non_null(strstr(text, "echo example.net >>/etc/courier/esmtpacceptmailfor.dir/default"));
	d.key = REASON_AUTH_REFUSED;
	assert_non_null(strstr(remedy(&d, NULL), "authtest -s smtp joe@example.org PASSWORD"));
	/* A kind without a row of its own, and none: the catalogue's, with what is known. */
	d.key = REASON_RELAY_DENIED;
	text_copy(d.server, sizeof d.server, "haraka");
	text = remedy(&d, "ops@example.net");
	assert_non_null(strstr(text, "this machine's address (192.0.2.7)"));
	assert_non_null(strstr(text, "the recipient's domain (example.net)"));
	d = (struct diagnosis){.key = REASON_RELAY_DENIED};
	text = remedy(&d, NULL);
	assert_ptr_equal(strstr(text, catalogue_row(REASON_RELAY_DENIED)->remedy), text);
	assert_non_null(strstr(text, " If the server has moved, check that host and /etc/hosts "));
	strcpy(d.moved, "/etc/hosts:5 has 192.0.2.1 for x, but DNS has 192.0.2.9");
	text = remedy(&d, NULL);
	assert_ptr_equal(strstr(text, "Check the address: /etc/hosts:5 has 192.0.2.1 for x"), text);
	assert_null(strstr(text, "If the server has moved"));
	d = (struct diagnosis){.key = REASON_OTHER, .other_key = "no-such-key", .server = "courier"};
	assert_string_equal(remedy(&d, NULL), "");
}

/* They are copied into a shell. */
static void nobody_puts_words_into_a_command(void **state)
{
	static const char *const evil[] = {"x@y;reboot", "$(reboot)@y", "`id`@x", "a'b@x", "a b@x\nid",
	    "-rf@x", "x@\"y", "x@y>z", "x@y|z", "x@y\\z"};
	(void)state;
	for (size_t i = 0; i < sizeof evil / sizeof evil[0]; i++) {
		struct diagnosis d = {.key = REASON_ADDRESS_BLOCKED, .server = "courier"};
		assert_non_null(strstr(remedy(&d, evil[i]), "courier clear RECIPIENT ("));
		d.key = REASON_AUTH_REFUSED;
		text_copy(d.login, sizeof d.login, evil[i]);
		assert_non_null(strstr(remedy(&d, NULL), "authtest -s smtp LOGIN PASSWORD."));
	}
}

/* Each row is for a key and a kind that there are, reads like the catalogue, and has no
 * placeholder that stays. */
static void every_row_is_sound(void **state)
{
	enum reason_key key;
	const char *kind, *text;
	int i = 0;
	(void)state;
	for (; remedy_nth(i, &key, &kind, &text); i++) {
		struct diagnosis d = {.local_address = "192.0.2.7", .login = "joe@example.org"};
		assert_non_null(catalogue_row(key));
		assert_non_null(server_name(kind));
		d.key = key;
		text_copy(d.server, sizeof d.server, kind);
		const char *filled = remedy(&d, "ops@example.net");
		assert_null(strstr(filled, "{address"));
		assert_null(strstr(filled, "{login"));
		assert_null(strstr(filled, "{domain"));
		assert_null(strstr(filled, "{recipient"));
		assert_true(strlen(remedy(&d, NULL)) < REMEDY_SIZE / 2);
		size_t length;
		const char *at = filled, *step;
		while ((step = catalogue_step(&at, &length)) != NULL)
			assert_true(length > 5 && *step >= 'A' && *step <= 'Z');
	}
	assert_true(i > 40);
}

static void the_values_travel(void **state)
{
	struct diagnosis d = {.verdict = VERDICT_DEFERRED,
	    .stage = STAGE_RCPT,
	    .server = "courier",
	    .local_address = "2001:db8::1",
	    .login = "joe joe@example.org",
	    .key = REASON_RELAY_DENIED};
	struct diagnosis back;
	struct buffer line = {0};
	(void)state;
	diag_write(&d, &line);
	diag_read(&back, buffer_string(&line));
	assert_string_equal(back.server, "courier");
	assert_string_equal(back.local_address, "2001:db8::1");
	assert_string_equal(back.login, "joe joe@example.org");
	/* What an earlier version wrote has none of them; a session that was taken over writes
	 * anything. */
	diag_read(&back, " verdict=deferred stage=RCPT fault=route key=relay-denied text=\"513 no\"");
	assert_string_equal(back.server, "");
	assert_string_equal(back.local_address, "");
	diag_read(&back, " verdict=deferred server=evil local=\"1;reboot\" login=\"a\\x1bb\"");
	assert_string_equal(back.server, "");
	assert_string_equal(back.local_address, "1");
	assert_false(text_has_control(back.login));
	buffer_free(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(servers_are_known_by_their_words),
	    TEST(the_address_is_as_the_server_says),
	    TEST(commands_are_filled_in),
	    TEST(nobody_puts_words_into_a_command),
	    TEST(every_row_is_sound),
	    TEST(the_values_travel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
