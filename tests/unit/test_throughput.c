/* objects: sendmail/runner/queue/throughput */
/* Sessions are added while mail goes faster with each. */
#include "runner/queue/throughput.h"
#include "tests/unit/unit.h"
#include <limits.h>
#include <stdlib.h>

static int64_t now_ms;

/* Sessions that a path comes to within so many seconds, where each does a message in each_ms and
   all together not more than most in a second. */
static int sessions_after(struct throughput *t, int from, int limit, int each_ms, int most,
    int seconds)
{
	int sessions = from;
	double open = 0;
	for (int64_t until = now_ms + seconds * 1000; now_ms < until; now_ms += 10) {
		double rate = sessions * 1000.0 / each_ms;
		for (open += (rate < most ? rate : most) / 100; open >= 1; open--)
			throughput_done(t);
		if (sessions < limit && throughput_wants_more(t, sessions, 1000, now_ms))
			sessions++;
	}
	return sessions;
}

/* 20 ms there and back, one message at a time; and a server that needs 2 s for each. */
static void each_helps(void **state)
{
	struct throughput far = {0}, slow = {0};
	(void)state;
	assert_int_equal(sessions_after(&far, 1, 16, 20, 1000000, 10), 16);
	assert_int_equal(sessions_after(&slow, 1, 4, 2000, 1000000, 2), 4);
}

/* The second one was in vain: it is the last for a minute. */
static void none_helps(void **state)
{
	struct throughput t = {0};
	(void)state;
	assert_int_equal(sessions_after(&t, 1, 16, 1, 1000, 30), 2);
	assert_int_equal(t.enough, 1);
	assert_int_equal(sessions_after(&t, 1, 16, 1, 1000, 20), 1);
	/* It is tried again then. */
	assert_int_equal(sessions_after(&t, 1, 16, 1, 1000, 15), 2);
}

/* 300 a second are all that the server does. */
static void some_help(void **state)
{
	struct throughput t = {0};
	(void)state;
	assert_int_equal(sessions_after(&t, 1, 16, 10, 300, 30), 8);
	assert_int_equal(t.enough, 4);
}

/* A machine that has much else to do: each count is wrong by up to a tenth. */
static void chance_is_no_answer(void **state)
{
	(void)state;
	srand(1);
	for (int i = 0; i < 200; i++) {
		struct throughput t = {0};
		int sessions = 1;
		for (int64_t until = now_ms + 20000; now_ms < until && sessions < 16;) {
			double rate = sessions * 45.0 * (0.9 + rand() % 201 / 1000.0);
			now_ms += 300;
			for (int k = 0; k < (int)(rate * 0.3); k++)
				throughput_done(&t);
			if (throughput_wants_more(&t, sessions, 1000, now_ms))
				sessions++;
		}
		assert_int_equal(sessions, 16);
	}
}

/* Sessions that end and begin do not count as a comparison. */
static void counts_begin_anew(void **state)
{
	struct throughput t = {0};
	(void)state;
	for (int i = 0; i < 1000; i++) {
		now_ms += 10;
		for (int k = 0; k < 10; k++)
			throughput_done(&t);
		assert_false(throughput_wants_more(&t, 1 + i % 2, 1000, now_ms));
	}
	assert_int_equal(t.enough, 0);
}

/* Messages that a session has done so long after it could begin, with CHUNKING over 20 ms: bursts
 * of 1, 2, 4, 8, and then 16. */
static int burst_after(int64_t age_ms)
{
	int64_t round = age_ms / 24;
	return age_ms <= 0 || age_ms % 24 != 0 ? 0 : round < 5 ? 1 << (round - 1) : 16;
}

/* A session is counted when its window is open. */
static void new_sessions_begin_slowly(void **state)
{
	(void)state;
	srand(2);
	for (int i = 0; i < 500; i++) {
		struct throughput t = {0};
		int64_t begun[4] = {now_ms - 240}, until = now_ms + 2000;
		int sessions = 1, done[4] = {0};
		for (; now_ms < until && sessions < 4; now_ms++) {
			int newest = INT_MAX;
			for (int k = 0; k < sessions; k++) {
				int burst = burst_after(now_ms - begun[k]);
				done[k] += burst;
				newest = done[k] < newest ? done[k] : newest;
				while (burst-- > 0)
					throughput_done(&t);
			}
			bool ready = now_ms >= begun[sessions - 1];
			if (ready && throughput_wants_more(&t, sessions, newest, now_ms))
				begun[sessions++] = now_ms + 40 + rand() % 24;
		}
		assert_int_equal(sessions, 4);
		assert_true(now_ms < until - 1000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(each_helps), TEST(none_helps), TEST(some_help),
	    TEST(chance_is_no_answer), TEST(counts_begin_anew), TEST(new_sessions_begin_slowly)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
