/* objects: sendmail/mailq/row */
/* libs: -linih -lidn2 */
/* A message with thousands of recipients is listed in little memory. */
#include "mailq/row.h"
#include "tests/unit/unit.h"

static void test_reasons_are_shared(void **state)
{
	(void)state;
	struct listing l = {0};
	struct diagnosis busy = {.verdict = VERDICT_DEFERRED, .key = REASON_SERVER_BUSY}, other = busy;
	struct row *r = row_add(&l, "00000001.00000001");
	other.reply_code = 451;
	for (int i = 0; i < 10000; i++)
		row_add_rcpt(r, "a@example.org", &busy);
	assert_int_equal(r->rcpt_count, 10000);
	assert_int_equal(r->why_count, 1);
	assert_true(sizeof *r->rcpts <= 64);
	row_add_rcpt(r, "b@example.org", &other);
	row_add_rcpt(r, "c@example.org", NULL);
	row_add_rcpt(r, "d@example.org", NULL);
	assert_false(row_is_alike(r, 0));
	assert_true(row_is_alike(r, 1));
	assert_true(row_is_alike(r, 9999));
	assert_false(row_is_alike(r, 10000));
	assert_int_equal(r->rcpts[10000].why->reply_code, 451);
	/* Not tried: what they wait for depends on the address. */
	assert_int_equal(r->rcpts[10001].why->verdict, VERDICT_NONE);
	assert_false(row_is_alike(r, 10002));
	row_free(r);
	free(l.rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(test_reasons_are_shared)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
