/* objects: mailbox */
/* The text of a .forward. */
#include "base/text.h"
#include "mailbox/forward.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const struct {
	const char *text, *to; /* the addresses, with | between them */
	bool own;
	const char *note; /* what it contains; NULL = nothing */
} rows[] = {
    {"a@example.org\n", "a@example.org", false, NULL},
    {"a@example.org", "a@example.org", false, NULL},
    {"a@example.org, b@example.org\r\n\r\nc\n", "a@example.org|b@example.org|c", false, NULL},
    {"# x, y@example.org\n  # z\na@example.org", "a@example.org", false, NULL},
    {"\\peter, a@example.org", "a@example.org", true, NULL},
    {"PETER\n", "", true, NULL},
    {"\\paul", "paul", false, NULL},
    {"", "", true, NULL},
    {"\n,, ,\n#only\n", "", true, NULL},
    {"\\", "", true, NULL},
    {"\"Doe, John\" <j@example.org>, k@example.org", "\"Doe, John\" <j@example.org>|k@example.org",
        false, NULL},
    {"\"quote that does not end, a@example.org\nb@example.org",
        "\"quote that does not end, a@example.org|b@example.org", false, NULL},
    {"|/bin/sh -c 'rm, x'", "x'", true, "programs"},
    {"\"|/bin/vacation, peter\"\na@example.org", "a@example.org", true, "programs"},
    {"\\|/bin/true, \\/var/mail/other", "", true, "programs"},
    {"/var/mail/other", "", true, "files"},
    {"~/mbox, a@example.org", "a@example.org", true, "files"},
    {"\"/tmp/with blank\"", "", true, "files"},
    {":INCLUDE:/etc/passwd", "", true, ":include:"},
    {"a\033[2J@example.org", "", true, "control"},
    {"-bd, a@example.org", "-bd|a@example.org", false, NULL},
};

static void names_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct forward f = {0};
		struct buffer to = {0};
		forward_parse(&f, rows[i].text, "peter");
		for (int n = 0; n < f.count; n++)
			buffer_printf(&to, "%s%s", n > 0 ? "|" : "", f.to[n]);
		assert_string_equal(buffer_string(&to), rows[i].to);
		assert_int_equal(f.own, rows[i].own);
		assert_int_equal(f.note.length > 0, rows[i].note != NULL);
		assert_true(rows[i].note == NULL || strstr(f.note.data, rows[i].note) != NULL);
		buffer_free(&to);
		forward_free(&f);
	}
}

static void there_is_an_end(void **state)
{
	(void)state;
	struct forward f = {0};
	struct buffer text = {0};
	for (int i = 0; i < FORWARD_MAX + 5; i++)
		buffer_printf(&text, "u%d@example.org\n", i);
	forward_parse(&f, text.data, "peter");
	assert_int_equal(f.count, FORWARD_MAX);
	assert_true(f.own);
	assert_non_null(strstr(f.note.data, "u64@example.org: more than 64 addresses"));
	buffer_free(&text);
	forward_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_read),
	    cmocka_unit_test(there_is_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
