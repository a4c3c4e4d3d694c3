/* objects: sendmail/runner/queue/storm */
/* When there is a storm; and what a digest looks like. */
#include "message/digest.h"
#include "runner/queue/storm.h"
#include "tests/unit/unit.h"
#include <string.h>

#define MINUTE_MS 60000

static void first_ones_pass(void **state)
{
	(void)state;
	struct storm *s = NULL;
	for (int i = 0; i < 20; i++)
		assert_false(storm_arrives(&s, 1, 20, 10 * MINUTE_MS, i * 1000));
	for (int i = 20; i < 100; i++)
		assert_true(storm_arrives(&s, 1, 20, 10 * MINUTE_MS, i * 1000));
	/* Ten minutes after the last of them it is over. */
	assert_false(storm_arrives(&s, 1, 20, 10 * MINUTE_MS, 99 * 1000 + 10 * MINUTE_MS));
	storm_free(&s);
	assert_null(s);
}

static void keys_are_apart(void **state)
{
	(void)state;
	struct storm *s = NULL;
	for (int i = 0; i < 50; i++)
		storm_arrives(&s, 1, 5, 10 * MINUTE_MS, i);
	assert_true(storm_arrives(&s, 1, 5, 10 * MINUTE_MS, 51));
	assert_false(storm_arrives(&s, 2, 5, 10 * MINUTE_MS, 51));
	/* Another limit: it is counted anew. */
	assert_false(storm_arrives(&s, 1, 6, 10 * MINUTE_MS, 52));
	storm_free(&s);
}

static void never_more_than_the_limit(void **state)
{
	(void)state;
	struct storm *s = NULL;
	int passed = 0;
	/* One each minute, four in ten minutes allowed: gathered from the fifth on. */
	for (int i = 0; i < 60; i++)
		passed += !storm_arrives(&s, 1, 4, 10 * MINUTE_MS, (int64_t)i * MINUTE_MS);
	assert_int_equal(passed, 4);
	storm_free(&s);
}

static void full_table_forgets_the_quiet(void **state)
{
	(void)state;
	struct storm *s = NULL;
	for (int i = 0; i < 3; i++)
		storm_arrives(&s, 7, 2, MINUTE_MS, 0);
	for (uint64_t key = 100; key < 100 + STORM_KEYS_MAX; key++)
		assert_false(storm_arrives(&s, key, 2, MINUTE_MS, 1));
	assert_false(storm_arrives(&s, 7, 2, MINUTE_MS, 2));
	storm_free(&s);
}

static void digest_has_table_and_messages(void **state)
{
	(void)state;
	struct digest d = {.boundary = "b"};
	struct buffer out = {0};
	digest_add(&d, 1800000000, "down", "Subject: down\n\n1\n", 17);
	digest_add(&d, 1800000100, "up", "Subject: up\n\n2\n", 15);
	digest_add(&d, 1800000200, "down", "Subject: down\n\n3\n", 17);
	digest_put(&d, 1800000300, "From: a@example.org\nTo: b@example.org\n", &out);
	const char *text = buffer_string(&out);
	assert_non_null(strstr(text, "\nSubject: 3 messages: down, and others\n"));
	assert_non_null(strstr(text, "From: a@example.org\nTo: b@example.org\n"));
	assert_non_null(strstr(text, "boundary=\"b\"\n\n--b\nContent-Type: text/plain; "
	                             "charset=us-ascii\nContent-Transfer-Encoding: 7bit\n\n"));
	assert_non_null(strstr(text, "      2  down\n"));
	assert_non_null(strstr(text, "      1  up\n"));
	assert_non_null(strstr(text, "--b\nContent-Type: multipart/digest; boundary=\"b-m\"\n\n--b-m\n"
	                             "Content-Type: message/rfc822\n\nSubject: down\n\n1\n\n--b-m\n"));
	assert_string_equal(text + out.length - 15, "--b-m--\n\n--b--\n");
	digest_free(&d);
	buffer_free(&out);
}

static void digest_of_words_beyond_ascii(void **state)
{
	(void)state;
	struct digest d = {.boundary = "b"};
	struct buffer out = {0};
	digest_add(&d, 1800000000, "Störung", "\nx\n", 3);
	digest_add(&d, 1800000000, "Störung", "\nx\n", 3);
	digest_put(&d, 1800000300, "", &out);
	const char *text = buffer_string(&out);
	assert_non_null(strstr(text, "\nSubject: =?UTF-8?B?"));
	assert_non_null(strstr(text, "charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"));
	assert_non_null(strstr(text, "      2  Störung\n"));
	digest_free(&d);
	buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(first_ones_pass),
	    cmocka_unit_test(keys_are_apart),
	    cmocka_unit_test(never_more_than_the_limit),
	    cmocka_unit_test(full_table_forgets_the_quiet),
	    cmocka_unit_test(digest_has_table_and_messages),
	    cmocka_unit_test(digest_of_words_beyond_ascii),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
