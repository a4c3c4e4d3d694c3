/* The words of RFC 3461 and RFC 6533, and what the envelope keeps of them for each recipient. */
#include "message/dsn.h"
#include "message/envelope.h"
#include "unit.h"
#include <stdlib.h>
#include <string.h>

static void words_are_checked(void **state)
{
	(void)state;
	static const char *const good[] = {"never", "NEVER", "success", "Failure,delay",
	    "success,failure,delay"};
	static const char *const bad[] = {"", "never,failure", "failure;delay", "fail",
	    "success, failure", ",", "delay,,", "delay,", "delay,delay"};
	static const char *const orcpts[] = {"rfc822;a@b", "rfc822;a+2Bb@c", "utf-8;\\x{F6}@x",
	    "utf-8;j\xc3\xb6@x", "x400;/c+3Dx"};
	static const char *const no_orcpts[] = {"", "rfc822", "rfc822;", ";a@b", "rfc822;a b",
	    "rfc822;a+0Ab", "rfc822;a+", "rfc822;a+2", "rfc822;j\xc3\xb6", "r c;a", "rfc822;a\nb",
	    "x400;/c=x"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(dsn_notify_ok(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(dsn_notify_ok(bad[i]));
	for (size_t i = 0; i < sizeof orcpts / sizeof *orcpts; i++)
		assert_true(dsn_orcpt_ok(orcpts[i]));
	for (size_t i = 0; i < sizeof no_orcpts / sizeof *no_orcpts; i++)
		assert_false(dsn_orcpt_ok(no_orcpts[i]));
	char longest[DSN_ORCPT_MAX + 2] = "rfc822;";
	memset(longest + 7, 'a', DSN_ORCPT_MAX - 7);
	assert_true(dsn_orcpt_ok(longest));
	longest[DSN_ORCPT_MAX] = 'a';
	assert_false(dsn_orcpt_ok(longest));
}

static void silence_is_the_usual(void **state)
{
	(void)state;
	assert_true(dsn_wants("", "FAILURE") && dsn_wants("", "DELAY") && !dsn_wants("", "SUCCESS"));
	assert_true(!dsn_wants("never", "FAILURE") && dsn_wants("success", "SUCCESS") &&
	            !dsn_wants("success", "DELAY"));
}

/* ADDRESS, its ORCPT, and how a report names it. */
static void is_named(const char *address, const char *orcpt, const char *name)
{
	struct buffer wire = {0}, report = {0};
	char *own = dsn_orcpt_of(address);
	assert_string_equal(own, orcpt);
	assert_true(dsn_orcpt_ok(own));
	dsn_put_orcpt(&wire, own);
	assert_string_equal(buffer_string(&wire), orcpt);
	dsn_put_original(&report, own);
	assert_string_equal(buffer_string(&report), name);
	report.length = 0;
	dsn_put_final(&report, address);
	assert_string_equal(buffer_string(&report), name);
	buffer_free(&wire);
	buffer_free(&report);
	free(own);
}

static void addresses_are_named(void **state)
{
	(void)state;
	is_named("a+b=c@example.org", "rfc822;a+2Bb+3Dc@example.org", "rfc822; a+b=c@example.org");
	is_named("\"a b\"@x", "rfc822;\"a+20b\"@x", "rfc822; \"a b\"@x");
	is_named("j\xc3\xb6rg@x", "utf-8;j\\x{F6}rg@x", "utf-8; j\\x{F6}rg@x");
	is_named("\xe2\x82\xac+1@\xf0\x9f\x93\xa7", "utf-8;\\x{20AC}\\x{2B}1@\\x{1F4E7}",
	    "utf-8; \\x{20AC}\\x{2B}1@\\x{1F4E7}");
	is_named("\xff\xc3@x", "utf-8;\\x{FF}\\x{C3}@x",
	    "utf-8; \\x{FF}\\x{C3}@x"); /* no UTF-8 at all */
}

static void each_recipient_has_its_own(void **state)
{
	(void)state;
	struct envelope e, back;
	struct buffer file = {0};
	struct diagnosis d = {0};
	size_t at;
	envelope_init(&e);
	envelope_init(&back);
	envelope_ask(&e, "NEVER", ""); /* nobody yet */
	free(e.notify);
	e.notify = mem_copy("DELAY");
	for (int i = 0; i < 3; i++)
		envelope_add_recipient(&e, i == 0 ? "a@x" : i == 1 ? "b@x" : "c@x");
	envelope_ask(&e, "NEVER", "rfc822;c@x");
	envelope_add_recipient(&e, "d@x");
	envelope_write(&e, &file, &at);
	assert_true(envelope_parse(&back, file.data, file.length, &d));
	assert_int_equal(back.recipient_count, 4);
	assert_string_equal(envelope_notify(&back, 0), "DELAY");
	assert_string_equal(envelope_notify(&back, 2), "NEVER");
	assert_string_equal(envelope_orcpt(&back, 2), "rfc822;c@x");
	assert_string_equal(envelope_notify(&back, 3), "DELAY");
	assert_string_equal(envelope_orcpt(&back, 3), "");
	envelope_free(&e);
	envelope_free(&back);
	buffer_free(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(words_are_checked), TEST(silence_is_the_usual),
	    TEST(addresses_are_named), TEST(each_recipient_has_its_own)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
