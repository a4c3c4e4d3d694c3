/* objects: sendmail/mailq/row */
/* libs: -linih -lidn2 */
/* A message with thousands of recipients is listed in little memory. */
#include "mailq/row.h"
#include "tests/unit/unit.h"

static const struct diagnosis busy = {.verdict = VERDICT_DEFERRED, .key = REASON_SERVER_BUSY};

static void test_reasons_are_shared(void **state)
{
	(void)state;
	struct row_store store = {0};
	struct diagnosis other = busy;
	struct row r, next;
	row_begin(&r, "00000001.00000001");
	other.reply_code = 451;
	for (int i = 0; i < 10000; i++)
		row_add_rcpt(&r, &store, "a@example.org", &busy);
	assert_int_equal(r.rcpt_count, 10000);
	assert_int_equal(store.reasons, 1);
	assert_true(sizeof *r.rcpts <= 64);
	row_add_rcpt(&r, &store, "b@example.org", &other);
	row_add_rcpt(&r, &store, "c@example.org", NULL);
	row_add_rcpt(&r, &store, "d@example.org", NULL);
	assert_false(row_is_alike(&r, 0));
	assert_true(row_is_alike(&r, 1));
	assert_true(row_is_alike(&r, 9999));
	assert_false(row_is_alike(&r, 10000));
	assert_int_equal(r.rcpts[10000].why->reply_code, 451);
	/* Not tried: what they wait for depends on the address. */
	assert_int_equal(r.rcpts[10001].why->verdict, VERDICT_NONE);
	assert_int_equal(r.rcpts[10001].number, 0);
	assert_false(row_is_alike(&r, 10002));
	row_begin(&next, "00000001.00000002");
	row_add_rcpt(&next, &store, "a@example.org", &busy);
	assert_int_equal(store.reasons, 2);
	assert_ptr_equal(next.rcpts[0].why, r.rcpts[0].why);
	arena_free(&store.memory);
}

/* Mail that does not say when it came would be listed as of 1970, and as late. */
static void test_an_id_has_a_time(void **state)
{
	(void)state;
	struct row r;
	row_begin(&r, "6b49d200.00000001");
	row_set_arrival(&r, 0);
	assert_int_equal(r.arrival_s, 0x6b49d200);
	row_set_arrival(&r, 1700000000999999);
	assert_int_equal(r.arrival_s, 1700000000);
}

/* Pages come and go; what was moved out of them stays. */
static void test_moved_rows_stay(void **state)
{
	(void)state;
	struct row_store page = {0}, all = {0};
	struct row r, kept[200];
	for (int i = 0; i < 200; i++) {
		row_store_empty(&page);
		row_begin(&r, "00000001.00000001");
		r.sender = row_string(&page, i % 2 ? "odd@example.org" : "even@example.org");
		row_add_rcpt(&r, &page, "a@example.org", &busy);
		row_add_rcpt(&r, &page,
		    "b\xc3\xbc@b\xc3\xbc"
		    "cher.example",
		    NULL);
		row_set_problem(&r, &page, "number %d", i);
		row_move(&kept[i], &all, &r);
	}
	assert_int_equal(page.reasons, 200);
	assert_int_equal(all.reasons, 1);
	arena_free(&page.memory);
	for (int i = 0; i < 200; i++) {
		char problem[30];
		snprintf(problem, sizeof problem, "number %d", i);
		assert_string_equal(kept[i].problem, problem);
		assert_string_equal(kept[i].sender, i % 2 ? "odd@example.org" : "even@example.org");
		assert_string_equal(kept[i].login, "");
		assert_int_equal(kept[i].rcpts[0].why->key, REASON_SERVER_BUSY);
		assert_string_equal(kept[i].rcpts[1].address, "b\xc3\xbc@xn--bcher-kva.example");
	}
	arena_free(&all.memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(test_reasons_are_shared), TEST(test_an_id_has_a_time),
	    TEST(test_moved_rows_stay)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
