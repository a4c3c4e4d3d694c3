/* Addresses, header, envelope, stamp and wire. */
#include "base/text.h"
#include "message/address.h"
#include "message/envelope.h"
#include "base/header.h"
#include "message/stamp.h"
#include "message/wire.h"
#include "tests/unit/unit.h"

static void collect(void *context, const char *address)
{
	struct buffer *b = context;
	buffer_printf(b, "%s[%s]", b->length ? " " : "", address);
}

static void list_is(const char *list, const char *wanted)
{
	char problem[200];
	struct buffer b = {0};
	int count = address_list(list, collect, &b, problem, sizeof problem);
	if (wanted == NULL) {
		assert_int_equal(count, -1);
		assert_true(problem[0] != '\0');
	} else {
		assert_string_equal(buffer_string(&b), wanted);
	}
	buffer_free(&b);
}

static void lists_are_read(void **state)
{
	(void)state;
	list_is("a@b.c", "[a@b.c]");
	list_is(" a@b.c , d@e.f,", "[a@b.c] [d@e.f]");
	list_is("A B <a@b.c>, \"C, D\" <c@d.e>", "[a@b.c] [c@d.e]");
	list_is("root (Cron (nested) Daemon), joe", "[root] [joe]");
	list_is("team: a@b.c, d@e.f; x@y.z", "[a@b.c] [d@e.f] [x@y.z]");
	list_is("undisclosed-recipients:;", "");
	list_is("<@relay.one,@relay.two:joe@c.d>", "[joe@c.d]");
	list_is("a . b @ c . d", "[a.b@c.d]");
	list_is("\"odd name\"@b.c", "[\"odd name\"@b.c]");
	list_is("=?UTF-8?Q?J=C3=B6rg?= <j@b.c>", "[j@b.c]");
	list_is("<user@[192.0.2.1]>, joe@[IPv6:2001:db8::1]",
	    "[user@[192.0.2.1]] [joe@[IPv6:2001:db8::1]]");
	list_is("team: joe@[IPv6:2001:db8::1], <x@[IPv6:::1]>;",
	    "[joe@[IPv6:2001:db8::1]] [x@[IPv6:::1]]");
	list_is("a@x,b@y", "[a@x] [b@y]");
	list_is("a@x; b@y", "[a@x] [b@y]");
	list_is("\"a@b\"@c.d, \"a@b\"", "[\"a@b\"@c.d] [\"a@b\"]");
	list_is("J\xc3\xb6rg M <j\xc3\xb6rg@b\xc3\xbc"
	        "cher.example>",
	    "[j\xc3\xb6rg@b\xc3\xbc"
	    "cher.example]");
	list_is("\"Doe, \\\"J\\\" (x)\" <j@b.c> (office, (2nd))", "[j@b.c]");
	list_is("", "");
	list_is(",,,", "");
	list_is("a@b@c", NULL);
	list_is("x, a@", NULL);
	list_is("@b.c", NULL);
}

static void addresses_are_checked(void **state)
{
	(void)state;
	const char *good[] = {"root", "a@b.c", "a+b@c.d", "-f@b.c", "\"a b\"@c.d", "a@[192.0.2.1]",
	    "j\xc3\xb6rg@b.c", "a@localhost"};
	const char *bad[] = {"", "@b.c", "a@", "a@.b", "a@b..c", "a@b.c.", "a b@c.d", "a@b c", "a@b@c",
	    "\"a@b.c", "a<b@c.d", "a\nb@c.d", "a\x7f@b.c"};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_null(address_problem(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_non_null(address_problem(bad[i]));
	char *full = address_qualify("root", "example.org");
	assert_string_equal(full, "root@example.org");
	free(full);
}

static void block_is(const char *message, size_t fields, size_t skip, size_t body_at)
{
	size_t s, b;
	assert_int_equal(header_block(message, strlen(message), &s, &b), fields);
	assert_int_equal(s, skip);
	assert_int_equal(b, body_at);
}

static void header_ends_where_it_ends(void **state)
{
	(void)state;
	block_is("A: b\n\nbody", 5, 0, 6);
	block_is("A: b\n c\nB: d\n\n", 13, 0, 14);
	block_is("no header\nbody", 0, 0, 0);
	block_is("\nbody", 0, 0, 1);
	block_is("From joe Mon\n>From x\nA: b\n\nx", 5, 21, 27);
	block_is("A: b\nthis is text\n", 5, 0, 5);
	block_is("", 0, 0, 0);
	block_is("A: b", 4, 0, 4);
}

static void fields_are_removed(void **state)
{
	static const char *const names[] = {"Bcc", NULL};
	const char block[] = "To: a\nBCC: x,\n y\nSubject: s\nbcc: z\n";
	struct buffer out = {0};
	(void)state;
	header_without(block, strlen(block), names, &out);
	assert_string_equal(buffer_string(&out), "To: a\nSubject: s\n");
	buffer_free(&out);
}

static void envelope_comes_back(void **state)
{
	struct envelope e, back;
	struct diagnosis d = {0};
	struct buffer file = {0};
	size_t at;
	(void)state;
	envelope_init(&e);
	e.created_us = 1700000000123456;
	e.content = (struct content){12, 2, 10, true, false, true};
	free(e.sender);
	e.sender = mem_copy("joe@example.org");
	assert_true(envelope_add_recipient(&e, "a@b.c"));
	assert_true(envelope_add_recipient(&e, "d@e.f"));
	assert_false(envelope_add_recipient(&e, "a@b.c"));
	buffer_puts(&e.notes, "6655aa01.00000001 1700000000 rcpt address=x "
	                      "verdict=failed\n6655aa01.00000001 1700000000 done\n");
	envelope_write(&e, &file, &at);
	size_t head = file.length;
	buffer_puts(&file, "Subject: x\n\ny\n");
	envelope_init(&back);
	assert_true(envelope_parse(&back, file.data, file.length, &d));
	assert_int_equal(back.message_at, head);
	assert_int_equal(back.created_us, e.created_us);
	assert_string_equal(back.sender, "joe@example.org");
	assert_int_equal(back.recipient_count, 2);
	assert_true(back.content.has_8bit && back.content.has_bare_cr && !back.content.has_nul);
	assert_int_equal(back.uid, -1);
	assert_string_equal(buffer_string(&back.notes), buffer_string(&e.notes));
	/* Every cut of the head is damage, and none of it a crash. */
	for (size_t n = 0; n < head; n++) {
		struct envelope cut;
		envelope_init(&cut);
		assert_false(envelope_parse(&cut, file.data, n, &d));
		envelope_free(&cut);
	}
	envelope_free(&e);
	envelope_free(&back);
	buffer_free(&file);
}

static void envelope_refuses_nonsense(void **state)
{
	const char *bad[] = {
	    "firsthop-spool: 1\nsender: a\n\n",
	    "firsthop-spool: 1\nrecipient: a\n\n",
	    "firsthop-spool: 2\nsender: a\nrecipient: b\n\n",
	    "sender: a\nrecipient: b\n\n",
	    "firsthop-spool: 1\nsender: a\nrecipient: b\x01\n\n",
	    "firsthop-spool: 1\nsender: a\nrecipient: b\ncreated: x\n\n",
	    "firsthop-spool: 1\nsender: a\nrecipient: b\ncontent: bytes=1\n\n",
	    "firsthop-spool: 1\nsender: a\nrecipient: b\nnonsense\n\n",
	};
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct envelope e;
		struct diagnosis d = {0};
		envelope_init(&e);
		assert_false(envelope_parse(&e, bad[i], strlen(bad[i]), &d));
		assert_true(d.key != REASON_NONE);
		envelope_free(&e);
	}
	struct envelope e;
	struct diagnosis d = {0};
	const char *future = "firsthop-spool: 1\nnew-key: x\nsender: \nrecipient: b\n\n";
	envelope_init(&e);
	assert_true(envelope_parse(&e, future, strlen(future), &d));
	envelope_free(&e);
}

static char *edit(const void *context, enum stamp_role role, const char *address)
{
	const enum stamp_from *from = context;
	if (role == STAMP_FROM && *from == STAMP_FROM_REPLACE)
		return mem_copy("alerts@example.net");
	return role == STAMP_FROM && *from == STAMP_FROM_KEEP ? mem_copy(address)
	                                                      : address_qualify(address, "example.org");
}

static char *stamped(const char *block, enum stamp_from from, const char *sender)
{
	struct envelope e;
	struct buffer out = {0};
	struct stamp_policy p = {.host = "mon1.example.org",
	    .domain = "example.org",
	    .keep_original = STAMP_ORIGINAL_REPLY_TO,
	    .address = edit,
	    .context = &from,
	    .type = "",
	    .encoding = ""};
	envelope_init(&e);
	e.created_us = 1700000000000000;
	e.uid = 80;
	stamp_header(&e, "65537000.00000001", sender, &p, block, strlen(block), &out);
	char *text = mem_copy(buffer_string(&out));
	buffer_free(&out);
	envelope_free(&e);
	return text;
}

static void holds(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void stamp_completes(void **state)
{
	(void)state;
	char *h = stamped("Subject: x\nBcc: y\n", STAMP_FROM_QUALIFY, "www@example.org");
	holds(h, "Received: by mon1.example.org (firsthop, from uid 80)\n\tid 65537000.00000001; ");
	holds(h, "\nFrom: www@example.org\n");
	holds(h, "\nMessage-ID: <65537000.00000001@mon1.example.org>\n");
	holds(h, "\nTo: undisclosed-recipients:;\n");
	assert_null(strstr(h, "Bcc"));
	char *again = stamped("Subject: x\nBcc: y\n", STAMP_FROM_QUALIFY, "www@example.org");
	assert_string_equal(h, again);
	free(again);
	free(h);
	h = stamped("From: \"root\" (Cron Daemon)\nTo: root, Joe <joe>,\n\tx@y.z\nDate: d\nMessage-ID: "
	            "<m>\n",
	    STAMP_FROM_QUALIFY, "root@example.org");
	holds(h, "To: root@example.org, Joe <joe@example.org>,\n\tx@y.z\n");
	holds(h, "From: root@example.org (Cron Daemon)\n");
	assert_null(strstr(h, "undisclosed"));
	free(h);
	h = stamped("From: root (Cron Daemon)\nTo: a@b.c\n", STAMP_FROM_QUALIFY, "root@example.org");
	holds(h, "From: root@example.org (Cron Daemon)\n");
	free(h);
	h = stamped("From: root <root>\nTo: x: joe@[IPv6:2001:db8::1], <y@[IPv6:::1]>, z;\n",
	    STAMP_FROM_QUALIFY, "root@example.org");
	holds(h, "To: x: joe@[IPv6:2001:db8::1], <y@[IPv6:::1]>, z@example.org;\n");
	free(h);
	h = stamped("From:\nDate: \nTo: a@b.c\n", STAMP_FROM_QUALIFY, "root@example.org");
	holds(h, "\nFrom: root@example.org\n");
	holds(h, "\nDate: Tue, 14 Nov 2023");
	free(h);
	h = stamped("From: root\nTo: a@b.c\n", STAMP_FROM_KEEP, "root@example.org");
	holds(h, "From: root\n");
	free(h);
	h = stamped("From: Cacti <cacti@x.y>\nTo: a@b.c\n", STAMP_FROM_REPLACE, "root@example.org");
	holds(h, "From: Cacti <alerts@example.net>\n");
	holds(h, "\nReply-To: Cacti <cacti@x.y>\n");
	free(h);
	h = stamped("", STAMP_FROM_QUALIFY, "");
	holds(h, "From: Mail Delivery System <MAILER-DAEMON@example.org>\n");
	free(h);
}

/* Whatever the pieces, the wire form is the same. */
static void wire_is(const char *in, size_t length, const char *wanted)
{
	for (size_t cut = 0; cut <= length; cut++) {
		struct wire w;
		struct buffer out = {0};
		wire_start(&w);
		wire_put(&w, in, cut, &out);
		wire_put(&w, in + cut, length - cut, &out);
		wire_end(&w, &out);
		assert_string_equal(buffer_string(&out), wanted);
		buffer_free(&out);
	}
}
#define WIRE(in, wanted) wire_is(in, sizeof in - 1, wanted)

static void wire_is_safe(void **state)
{
	(void)state;
	WIRE("", ".\r\n");
	WIRE("a\n", "a\r\n.\r\n");
	WIRE("a", "a\r\n.\r\n");
	WIRE(".\n..\n.x\n", "..\r\n...\r\n..x\r\n.\r\n");
	WIRE("a\r\nb", "a\r\nb\r\n.\r\n");
	WIRE("a\r.\r\nb\n", "a .\r\nb\r\n.\r\n");
	WIRE("a\n\r.\r\nb", "a\r\n .\r\nb\r\n.\r\n");
	WIRE("x\r", "x \r\n.\r\n");
	WIRE("\r\r\n", " \r\n.\r\n");
}

static void wire_cuts_long_lines(void **state)
{
	char line[5000];
	struct wire w;
	struct buffer out = {0};
	size_t width = 0, x = 0;
	(void)state;
	memset(line, 'x', sizeof line);
	wire_start(&w);
	wire_put(&w, line, sizeof line, &out);
	wire_end(&w, &out);
	for (size_t i = 0; i < out.length; i++) {
		width = out.data[i] == '\n' ? 0 : width + 1;
		x += out.data[i] == 'x';
		assert_true(width <= 999);
	}
	assert_int_equal(x, sizeof line);
	buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(lists_are_read),
	    TEST(addresses_are_checked),
	    TEST(header_ends_where_it_ends),
	    TEST(fields_are_removed),
	    TEST(envelope_comes_back),
	    TEST(envelope_refuses_nonsense),
	    TEST(stamp_completes),
	    TEST(wire_is_safe),
	    TEST(wire_cuts_long_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
