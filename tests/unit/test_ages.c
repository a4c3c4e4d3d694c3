/* Clocks that are wrong, set, and set back: mail keeps its true age. */
#include "spool/ages.h"
#include "tests/unit/unit.h"
#include <stdio.h>

#define HOUR 3600
#define YEAR (365 * 24 * HOUR)
#define NOW 1800000000LL

/* A life that lasts some time, looked at once a minute. */
static int64_t live(struct ages *a, int64_t *wall_s, int64_t *mono_ms, int64_t lasts_s)
{
	int64_t jumps = 0;
	for (int64_t s = 0; s < lasts_s; s += 60) {
		*wall_s += 60;
		*mono_ms += 60000;
		jumps += ages_tick(a, *wall_s, *mono_ms);
	}
	return jumps;
}

static void a_quiet_life_counts_every_second(void **state)
{
	struct ages a = {0};
	int64_t wall = NOW, mono = 5000;
	(void)state;
	assert_int_equal(ages_of(&a, NOW), 0);
	assert_int_equal(ages_start(&a, wall, mono), 0);
	assert_int_equal(live(&a, &wall, &mono, 10 * HOUR), 0);
	assert_int_equal(ages_of(&a, NOW), 10 * HOUR);
	assert_int_equal(ages_of(&a, NOW + 9 * HOUR), HOUR);
	assert_int_equal(ages_of(&a, wall + 30), 0);
	/* Mail from before the first life counts from its start. */
	assert_int_equal(ages_of(&a, NOW - YEAR), 10 * HOUR);
}

static void a_jump_in_a_life_changes_no_age(void **state)
{
	static const int64_t jumps[] = {HOUR, -HOUR, 14LL * YEAR, -50LL * YEAR, 61, -61};
	(void)state;
	for (size_t i = 0; i < sizeof jumps / sizeof jumps[0]; i++) {
		struct ages a = {0};
		int64_t wall = NOW, mono = 1;
		ages_start(&a, wall, mono);
		live(&a, &wall, &mono, 2 * HOUR);
		int64_t before = NOW + HOUR;
		wall += jumps[i];
		int64_t seen = live(&a, &wall, &mono, HOUR);
		assert_int_equal(seen, jumps[i]);
		assert_in_range(ages_of(&a, NOW), jumps[i] == -HOUR ? 0 : 3 * HOUR, 3 * HOUR);
		/* Set back by an hour, the same wall time came twice: the younger is taken, so that nothing
		 * is too old. */
		assert_true(ages_of(&a, before) <= 2 * HOUR);
		assert_int_equal(ages_of(&a, wall), 0);
		wall -= jumps[i];
		assert_int_equal(live(&a, &wall, &mono, HOUR), -jumps[i]);
		assert_true(ages_of(&a, NOW) <= 4 * HOUR);
	}
}

static void between_lives_little_counts(void **state)
{
	static const struct {
		int64_t moved, counted;
	} cases[] = {
	    {600, 600},
	    {HOUR, HOUR},
	    {AGES_GAP_MAX_S, AGES_GAP_MAX_S},
	    {14LL * YEAR, AGES_GAP_MAX_S},
	    {-HOUR, 0},
	    {-56LL * YEAR, 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ages a = {0}, again;
		struct buffer text = {0};
		int64_t wall = NOW, mono = 1;
		ages_start(&a, wall, mono);
		live(&a, &wall, &mono, HOUR);
		ages_write(&a, &text);
		ages_parse(&again, buffer_string(&text));
		buffer_free(&text);
		wall += cases[i].moved;
		assert_int_equal(ages_start(&again, wall, 77), cases[i].moved);
		int64_t wanted = cases[i].moved == -HOUR ? 0 : HOUR + cases[i].counted;
		assert_int_equal(ages_of(&again, NOW), wanted);
	}
}

/* Mail submitted while the clock said 1970, delivered by a life that has the right time. */
static void a_clock_without_battery(void **state)
{
	struct ages a = {0};
	int64_t wall = 10, mono = 10000;
	(void)state;
	ages_start(&a, wall, mono);
	live(&a, &wall, &mono, 600);
	int64_t submitted = wall - 300;
	wall = NOW;
	live(&a, &wall, &mono, HOUR);
	assert_in_range(ages_of(&a, submitted), HOUR + 200, HOUR + 400);
	for (int boot = 0; boot < 100; boot++) {
		wall = 10;
		ages_start(&a, wall, mono);
		live(&a, &wall, &mono, 120);
		wall = NOW + boot * 1000;
		live(&a, &wall, &mono, 120);
	}
	assert_true(a.count <= AGES_STRETCHES_MAX);
	assert_true(ages_of(&a, submitted) < 10 * HOUR);
}

static void nonsense_is_passed_over(void **state)
{
	struct ages a;
	(void)state;
	ages_parse(&a, "from=1 to=2 counted=3\nfrom=9 to=2 counted=1\n\xff\nfrom=x\nfrom=5 "
	               "to=9223372036854775807 counted=1\nfrom=4 to=6 counted=5");
	assert_int_equal(a.count, 2);
	assert_int_equal(a.stretches[1].counted_s, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_quiet_life_counts_every_second),
	    TEST(a_jump_in_a_life_changes_no_age),
	    TEST(between_lives_little_counts),
	    TEST(a_clock_without_battery),
	    TEST(nonsense_is_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
