/* SMTP on standard input: command lines taken apart, and where a message ends, however it is cut
 * into reads. */
#include "base/text.h"
#include "dialogue/smtp_data.h"
#include "message/dsn.h"
#include "dialogue/smtp_line.h"
#include "tests/unit/unit.h"
#include <stdio.h>

static void verbs_are_known_in_any_case(void **state)
{
	static const struct {
		const char *line, *rest;
		enum smtp_verb verb;
	} rows[] = {
	    {"EHLO host", "host", SMTP_EHLO},
	    {"ehlo \t host \t", "host", SMTP_EHLO},
	    {"Mail FROM:<a@b>", "FROM:<a@b>", SMTP_MAIL},
	    {"DATA", "", SMTP_DATA},
	    {"quit", "", SMTP_QUIT},
	    {"starttls", "", SMTP_ELSEWHERE},
	    {"BDAT 10 LAST", "10 LAST", SMTP_ELSEWHERE},
	    {"", "", SMTP_NONE},
	    {" ", "", SMTP_NONE},
	    {"DATAX", "", SMTP_NONE},
	    {"DAT", "", SMTP_NONE},
	    {"Subject: x", "x", SMTP_NONE},
	    {" QUIT", "QUIT", SMTP_NONE},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char line[100], *rest;
		text_copy(line, sizeof line, rows[i].line);
		assert_int_equal(smtp_line_verb(line, &rest), rows[i].verb);
		assert_string_equal(rest, rows[i].rest);
	}
}

static void paths_are_taken_out(void **state)
{
	static const struct {
		const char *line, *path, *parameters; /* path NULL: refused */
	} rows[] = {
	    {"FROM:<a@example.org>", "<a@example.org>", ""},
	    {"from: <a@example.org> SIZE=5", "<a@example.org>", " SIZE=5"},
	    {"FROM:<>", "<>", ""},
	    {"FROM:<> BODY=7BIT", "<>", " BODY=7BIT"},
	    {"FROM:a@example.org SIZE=5", "a@example.org", "SIZE=5"},
	    {"FROM:<@r1,@r2:a@example.org>", "<@r1,@r2:a@example.org>", ""},
	    {"FROM:<\"a>b\"@example.org> X", "<\"a>b\"@example.org>", " X"},
	    {"FROM:<\"a\\\">b\"@example.org>", "<\"a\\\">b\"@example.org>", ""},
	    {"FROM : Joe D <a@b>SIZE=5", "<a@b>", "SIZE=5"},
	    {"FROM:<a@example.org", NULL, NULL},
	    {"FROM:", NULL, NULL},
	    {"FROM:  ", NULL, NULL},
	    {"FROM <a@b>", NULL, NULL},
	    {"TO:<a@b>", NULL, NULL},
	    {"FROM:<\"a>", NULL, NULL},
	    {"FROM:<\"a\\", NULL, NULL},
	    {"", NULL, NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char line[100], *parameters;
		text_copy(line, sizeof line, rows[i].line);
		const char *path = smtp_line_path(line, "FROM", &parameters);
		assert_int_equal(path == NULL, rows[i].path == NULL);
		if (path == NULL)
			continue;
		assert_string_equal(path, rows[i].path);
		assert_string_equal(parameters, rows[i].parameters);
	}
}

static void parameters_come_one_by_one(void **state)
{
	char line[] = " SIZE=100  BODY=8BITMIME\tSMTPUTF8 ENVID= X=a=b ";
	static const char *const wanted[][2] = {{"SIZE", "100"}, {"BODY", "8BITMIME"}, {"SMTPUTF8", ""},
	    {"ENVID", ""}, {"X", "a=b"}};
	char *at = line, *name, *value;
	(void)state;
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		assert_true(smtp_line_parameter(&at, &name, &value));
		assert_string_equal(name, wanted[i][0]);
		assert_string_equal(value, wanted[i][1]);
	}
	assert_false(smtp_line_parameter(&at, &name, &value));
	assert_false(smtp_line_parameter(&at, &name, &value));
}

static void xtext_stands_for_no_control_byte(void **state)
{
	char good[] = "a+2Bb+3Dc", plain[] = "", utf8[] = "+C3+A9";
	const char *bad[] = {"+", "+2", "+2G", "+00", "+0A", "+0d", "+7F", "a\nb", "a\x7f"};
	(void)state;
	assert_true(dsn_xtext_decode(good));
	assert_string_equal(good, "a+b=c");
	assert_true(dsn_xtext_decode(plain));
	assert_string_equal(plain, "");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char value[20];
		text_copy(value, sizeof value, bad[i]);
		assert_false(dsn_xtext_decode(value));
	}
	assert_true(dsn_xtext_decode(utf8));
	assert_string_equal(utf8, "\xc3\xa9");
}

static void long_lines_are_bounded_by_themselves(void **state)
{
	static char line[2049], *parameters, *rest;
	(void)state;
	memset(line, 'a', 2048);
	assert_int_equal(smtp_line_verb(line, &rest), SMTP_NONE);
	assert_string_equal(rest, "");
	memcpy(line, "FROM:<", 6);
	assert_null(smtp_line_path(line, "FROM", &parameters));
	line[2047] = '>';
	assert_int_equal(strlen(smtp_line_path(line, "FROM", &parameters)), 2048 - 5);
	assert_string_equal(parameters, "");
}

/* What a dialogue's message says, when it comes in two pieces cut anywhere, and byte by byte;
 * after: what follows its end. */
static void expect(bool bare_lf, const char *bytes, size_t length, const char *text,
    size_t text_length, const char *behind)
{
	for (size_t cut = 0; cut <= length + 1; cut++) {
		struct smtp_data d = {.bare_lf = bare_lf};
		struct buffer out = {0};
		size_t at = 0;
		if (cut <= length) {
			at = smtp_data_put(&d, bytes, cut, &out);
			if (at == cut)
				at += smtp_data_put(&d, bytes + at, length - at, &out);
		}
		while (cut > length && at < length && smtp_data_put(&d, bytes + at, 1, &out) == 1)
			at++;
		assert_int_equal(d.ended, behind != NULL);
		assert_int_equal(length - at, behind != NULL ? strlen(behind) : 0);
		assert_int_equal(out.length, text_length);
		assert_memory_equal(out.length > 0 ? out.data : "", text, text_length);
		buffer_free(&out);
	}
}

#define EXPECT(bare_lf, bytes, text, behind) \
	expect(bare_lf, bytes, sizeof(bytes) - 1, text, sizeof(text) - 1, behind)

static void dots_are_undone_and_end_it(void **state)
{
	(void)state;
	EXPECT(false, ".\r\n", "", "");
	EXPECT(false, "a\r\n.\r\nQUIT\r\n", "a\r\n", "QUIT\r\n");
	EXPECT(false, "a\r\n..\r\n...\r\n.\r\n", "a\r\n.\r\n..\r\n", "");
	EXPECT(false, "..a\r\n.b\r\nc.\r\n.\r\n", ".a\r\nb\r\nc.\r\n", "");
	EXPECT(false, "no end\r\n.\r", "no end\r\n", NULL);
	EXPECT(false, "no end\r\n.", "no end\r\n", NULL);
	EXPECT(false, "", "", NULL);
}

/* Nothing but CR LF . CR LF ends it, for a client that ends its lines with CR LF (SMTP
   smuggling). */
static void odd_line_ends_are_text(void **state)
{
	(void)state;
	EXPECT(false, "a\n.\nMAIL FROM:<x>\r\n.\r\n", "a\n.\nMAIL FROM:<x>\r\n", "");
	EXPECT(false, "a\n.\r\nMAIL\r\n.\r\n", "a\n.\r\nMAIL\r\n", "");
	EXPECT(false, "a\r\n.\nMAIL\r\n.\r\n", "a\r\n.\nMAIL\r\n", "");
	EXPECT(false, "a\r.\r\nMAIL\r\n.\r\n", "a\r.\r\nMAIL\r\n", "");
	EXPECT(false, "a\r\n.\r\rMAIL\r\n.\r\n", "a\r\n.\r\rMAIL\r\n", "");
	EXPECT(false, "a\r\r\n.\r\nQUIT", "a\r\r\n", "QUIT");
}

static void lf_alone_counts_for_who_uses_it(void **state)
{
	(void)state;
	EXPECT(true, "a\n.\nQUIT\n", "a\n", "QUIT\n");
	EXPECT(true, "a\n..\n.b\n.\n", "a\n.\nb\n", "");
	EXPECT(true, "a\r\n.\r\nQUIT", "a\r\n", "QUIT");
	EXPECT(true, ".\n", "", "");
}

static void nul_is_a_byte(void **state)
{
	(void)state;
	EXPECT(false, "a\0b\r\n\0.\r\n.\0\r\n.\r\n", "a\0b\r\n\0.\r\n\0\r\n", "");
}

static void long_lines_pass(void **state)
{
	static char bytes[2 * 2048 + 8], text[2 * 2048 + 4];
	(void)state;
	memset(bytes, 'x', sizeof bytes);
	memset(text, 'x', sizeof text);
	memcpy(bytes + 2048, "\r\n..", 4);
	memcpy(text + 2048, "\r\n.", 3);
	memcpy(text + sizeof text - 2, "\r\n", 2);
	memcpy(bytes + sizeof bytes - 5, "\r\n.\r\n", 5);
	expect(false, bytes, sizeof bytes, text, sizeof text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(verbs_are_known_in_any_case),
	    TEST(paths_are_taken_out),
	    TEST(parameters_come_one_by_one),
	    TEST(xtext_stands_for_no_control_byte),
	    TEST(long_lines_are_bounded_by_themselves),
	    TEST(dots_are_undone_and_end_it),
	    TEST(odd_line_ends_are_text),
	    TEST(lf_alone_counts_for_who_uses_it),
	    TEST(nul_is_a_byte),
	    TEST(long_lines_pass),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
