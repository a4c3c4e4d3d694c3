/* objects: runner */
/* libs: -linih -lidn2 */
/* What a nexthop's key means, and what one attempt has tried. */
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/tried.h"
#include "runner/session/sessions.h"
#include "runner/session/worker.h"
#include "tests/unit/unit.h"
#include <string.h>

static void a_key_has_a_kind_and_names(void **state)
{
	static const struct {
		const char *key;
		enum nexthop_kind kind;
		int names;
		const char *first, *last;
	} rows[] = {
	    {"main", NEXTHOP_SMARTHOSTS, 1, "main", "main"},
	    {"main,backup,third", NEXTHOP_SMARTHOSTS, 3, "main", "third"},
	    {"@example.org", NEXTHOP_MX, 1, "@example.org", "@example.org"},
	    {RULES_LOCAL, NEXTHOP_LOCAL, 1, RULES_LOCAL, RULES_LOCAL},
	    {"", NEXTHOP_NOWHERE, 0, "", ""},
	    {"-", NEXTHOP_HERE, 1, "-", "-"},
	};
	struct nexthops n = {0};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct nexthop *p = nexthop_find(&n, rows[i].key);
		assert_ptr_equal(nexthop_find(&n, rows[i].key), p);
		assert_int_equal(p->kind, rows[i].kind);
		assert_int_equal(p->name_count, rows[i].names);
		if (rows[i].names == 0)
			continue;
		assert_string_equal(p->names[0], rows[i].first);
		assert_string_equal(p->names[p->name_count - 1], rows[i].last);
		assert_true(nexthop_leads_over(p, rows[i].last));
		assert_false(nexthop_leads_over(p, "mai"));
	}
	assert_int_equal(n.count, sizeof rows / sizeof rows[0]);
	nexthop_free_all(&n);
}

/* Servers belong to the nexthop at hand; one that is done is not asked again in this attempt. */
static void an_attempt_knows_what_it_tried(void **state)
{
	struct tried *t = NULL, *other = NULL;
	struct buffer words = {0};
	(void)state;
	assert_false(tried_any_server(t) || tried_any_nexthop(t) || tried_has_nexthop(t, ""));
	assert_true(tried_same_servers(NULL, NULL));
	assert_true(tried_add_server(&t, "192.0.2.1", 587) && tried_add_server(&t, "192.0.2.1", 465));
	tried_put_servers(t, &words);
	assert_string_equal(buffer_string(&words), " 192.0.2.1/587 192.0.2.1/465");
	assert_false(tried_same_servers(t, NULL));
	assert_true(tried_add_server(&other, "192.0.2.1", 587));
	assert_false(tried_same_servers(t, other));
	assert_true(tried_add_server(&other, "192.0.2.1", 465));
	assert_true(tried_same_servers(t, other));
	tried_free(&other);
	other = tried_copy_servers(t);
	assert_true(tried_same_servers(t, other));
	for (int i = 2; i < TRIED_SERVERS_MAX; i++)
		assert_true(tried_add_server(&t, "2001:db8::1", (unsigned)i));
	assert_false(tried_add_server(&t, "192.0.2.9", 25));
	tried_add_nexthop(&t, "main,backup");
	assert_false(tried_any_server(t));
	assert_true(tried_has_nexthop(t, "main,backup") && tried_any_nexthop(t));
	assert_false(tried_has_nexthop(t, "main") || tried_has_nexthop(t, ""));
	tried_add_nexthop(&t, "");
	assert_true(tried_has_nexthop(t, ""));
	tried_free(&t);
	tried_free(&other);
	assert_null(t);
	buffer_free(&words);
}

/* A session whose messages are all on their way is given more, so that some are there when the
   answers come: 16 that wait, and 40 in all. */
static void what_flies_leaves_room(void **state)
{
	static struct message messages[WORKER_WINDOW_ALL];
	struct nexthops n = {0};
	struct worker w = {.nexthop = nexthop_find(&n, "main"), .ready = true, .done = 1};
	int given = 0;
	(void)state;
	for (; sessions_have_room(&n, &w); w.count++)
		given++;
	assert_int_equal(given, 16);
	for (int i = 0; i < 24; i++)
		worker_note_ending(&w, &messages[i]);
	worker_note_ending(&w, &messages[0]);
	assert_int_equal(w.flying, 24);
	for (; sessions_have_room(&n, &w); w.count++)
		given++;
	assert_int_equal(given, 40);
	w.first = w.last = &messages[0];
	worker_take_out(&w, &messages[0], NULL);
	assert_int_equal(w.flying, 23);
	assert_false(sessions_have_room(&n, &w));
	worker_note_ending(&w, &messages[24]);
	assert_true(sessions_have_room(&n, &w));
	/* Before the first outcome there are two, flying or not. */
	w.done = 0, w.count = w.flying = 2;
	assert_false(sessions_have_room(&n, &w));
	nexthop_free_all(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(a_key_has_a_kind_and_names),
	    TEST(an_attempt_knows_what_it_tried), TEST(what_flies_leaves_room)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
