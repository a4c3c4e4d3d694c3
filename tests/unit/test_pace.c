/* objects: sendmail/runner/queue/pace sendmail/runner/queue/pace_learn sendmail/runner/queue/pace_window */
/* libs: -linih -lidn2 */
/* The pace: no minute, hour or day has more than its limit, whenever it begins, and what may go,
 * goes. */
#include "base/text.h"
#include "runner/queue/pace.h"
#include "tests/unit/unit.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define SENT_MAX 20000

static struct smarthost host(const char *messages, const char *recipients, int burst)
{
	struct smarthost s = {.burst = burst};
	TEXT(problem, 200);
	text_copy(s.name, sizeof s.name, "main");
	assert_true(pace_rule_read(messages, &s.max_messages, &problem));
	assert_true(pace_rule_read(recipients, &s.max_recipients, &problem));
	return s;
}

static void rules_are_read(void **state)
{
	static const char *const wrong[] = {"20", "/min", "20/week", "0/min", "-1/h", "1/min 2/minute",
	    "99999999999/d", "a/min"};
	struct pace_rule rule;
	TEXT(value, 100);
	TEXT(problem, 300);
	(void)state;
	assert_true(pace_rule_read(" 20/min, 500/H 2000/day", &rule, &problem));
	pace_rule_put(&rule, &value);
	assert_string_equal(value.data, "20/minute 500/hour 2000/day");
	assert_true(pace_rule_read("0", &rule, &problem) && pace_rule_is_empty(&rule));
	assert_true(pace_rule_read("", &rule, &problem) && pace_rule_is_empty(&rule));
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		problem.length = 0;
		assert_false(pace_rule_read(wrong[i], &rule, &problem));
		assert_true(problem.length > 0);
	}
}

/* Sends as soon as it may, for so long; the times of all messages. */
static int run(struct paces *p, const struct smarthost *s, int recipients, int64_t from_ms,
    int64_t for_ms, int64_t *sent)
{
	struct pace_load load = {.more = recipients};
	int count = 0;
	for (int64_t now = from_ms; now < from_ms + for_ms && count < SENT_MAX;) {
		int64_t wait_ms = 0;
		bool learnt;
		TEXT(why, 200);
		enum pace_answer answer = pace_ask(p, s, &load, now, &wait_ms, &learnt, &why);
		assert_int_not_equal(answer, PACE_OUTCOME);
		if (answer == PACE_GO) {
			pace_count(p, s, recipients, true, now);
			sent[count++] = now;
		} else {
			assert_true(wait_ms > 0 && why.length > 0);
			now += wait_ms;
		}
	}
	return count;
}

static int most_within(const int64_t *sent, int count, int64_t span_ms)
{
	int most = 0;
	for (int i = 0, k = 0; i < count; i++) {
		while (k < count && sent[k] < sent[i] + span_ms)
			k++;
		most = k - i > most ? k - i : most;
	}
	return most;
}

static void no_window_has_more(void **state)
{
	static int64_t sent[SENT_MAX];
	struct paces p = {0};
	struct smarthost s = host("20/min 500/h 2000/d", "", 0);
	(void)state;
	/* Soon after the machine has started, too. */
	int count = run(&p, &s, 1, 5, 2 * 86400000ll, sent);
	assert_int_equal(most_within(sent, count, 60000), 20);
	assert_int_equal(most_within(sent, count, 3600000), 500);
	assert_int_equal(most_within(sent, count, 86400000), 2000);
	/* And it is used: within a sixtieth. */
	assert_true(count >= 3900);
	pace_free(&p);
	s = host("", "100/h", 0);
	count = run(&p, &s, 7, 86400000ll * 30, 86400000, sent);
	assert_int_equal(most_within(sent, count, 3600000), 14);
	assert_true(count > 14 * 23);
	pace_free(&p);
}

static void a_burst_is_one(void **state)
{
	static int64_t sent[SENT_MAX];
	struct paces p = {0};
	struct smarthost s = host("60/min", "", 5);
	(void)state;
	int count = run(&p, &s, 1, 1000, 30000, sent);
	assert_int_equal(most_within(sent, count, 100), 5);
	for (int i = 5; i < count; i++)
		assert_in_range(sent[i] - sent[i - 1], 990, 1010);
	assert_in_range(count, 33, 35);
	/* After a rest there is one more. */
	count = run(&p, &s, 1, 200000, 100, sent);
	assert_int_equal(count, 5);
	pace_free(&p);
}

static void what_is_in_hand_counts(void **state)
{
	struct paces p = {0};
	struct smarthost s = host("3/min", "10/min", 0);
	struct pace_load load = {.messages = 2, .recipients = 2, .more = 1};
	int64_t wait_ms;
	bool learnt;
	TEXT(why, 200);
	(void)state;
	assert_int_equal(pace_ask(&p, &s, &load, 1000, &wait_ms, &learnt, &why), PACE_GO);
	load.messages = 3;
	assert_int_equal(pace_ask(&p, &s, &load, 1000, &wait_ms, &learnt, &why), PACE_OUTCOME);
	load = (struct pace_load){.messages = 1, .recipients = 8, .more = 3};
	assert_int_equal(pace_ask(&p, &s, &load, 1000, &wait_ms, &learnt, &why), PACE_OUTCOME);
	/* More than there may ever be: alone. */
	load = (struct pace_load){.more = 50};
	assert_int_equal(pace_ask(&p, &s, &load, 1000, &wait_ms, &learnt, &why), PACE_GO);
	pace_count(&p, &s, 1, true, 1000);
	assert_int_equal(pace_ask(&p, &s, &load, 2000, &wait_ms, &learnt, &why), PACE_WAIT);
	assert_in_range(wait_ms, 59000, 61000);
	assert_string_equal(why.data, "max_recipients = 10/minute is used up");
	pace_free(&p);
}

static void it_is_remembered(void **state)
{
	static int64_t sent[SENT_MAX];
	char folder[] = "/tmp/firsthop-pace-XXXXXX";
	struct paces p = {0}, q = {0};
	struct smarthost s = host("100/day", "", 0);
	struct pace_load load = {.more = 1};
	int64_t wait_ms;
	bool learnt;
	TEXT(why, 200);
	(void)state;
	assert_non_null(mkdtemp(folder));
	int fd = open(folder, O_RDONLY | O_DIRECTORY);
	pace_save(&p, fd, 0, 1700000000); /* nothing: no file */
	assert_int_equal(faccessat(fd, PACE_FILE, F_OK, 0), -1);
	assert_int_equal(run(&p, &s, 1, 86400000, 1000, sent), 100);
	pace_save(&p, fd, 86401000, 1700000000);
	/* The machine was started anew, an hour later. */
	pace_load(&q, fd, 20000, 1700003600);
	assert_int_equal(pace_ask(&q, &s, &load, 20000, &wait_ms, &learnt, &why), PACE_WAIT);
	assert_in_range(wait_ms, 22 * 3600000, 24 * 3600000);
	pace_free(&q);
	/* A clock that was set back. */
	pace_load(&q, fd, 20000, 1600000000);
	assert_int_equal(pace_ask(&q, &s, &load, 20000, &wait_ms, &learnt, &why), PACE_WAIT);
	pace_free(&q);
	/* Rubbish. */
	int file = openat(fd, PACE_FILE, O_WRONLY | O_TRUNC);
	static const char rubbish[] = "name=main kind=9 unit=1 at=5 count=5\nname= kind=0 unit=2 "
	                              "count=999999999999\n\1\2\nname=main kind=0 unit=7 count=1\n";
	assert_int_equal(write(file, rubbish, sizeof rubbish - 1), sizeof rubbish - 1);
	close(file);
	pace_load(&q, fd, 20000, 1700003600);
	assert_int_equal(pace_ask(&q, &s, &load, 20000, &wait_ms, &learnt, &why), PACE_GO);
	pace_free(&q);
	pace_free(&p);
	close(fd);
	unit_remove(folder);
}

/* A server that accepts so many messages in each span, and says of others that they come too fast;
   then it is left alone for a minute.  Mail is there all the time.  *refusals: how often it had to
   say so. */
static int served(struct paces *p, const struct smarthost *s, int most, int64_t span_ms,
    int64_t from_ms, int64_t for_ms, int *refusals)
{
	static int64_t sent[SENT_MAX];
	const struct pace_load load = {.more = 1};
	int count = 0;
	*refusals = 0;
	for (int64_t now = from_ms; now < from_ms + for_ms && count < SENT_MAX;) {
		int64_t wait_ms;
		bool learnt;
		TEXT(why, 200);
		if (pace_ask(p, s, &load, now, &wait_ms, &learnt, &why) == PACE_WAIT) {
			assert_true(learnt && strstr(why.data, "the server's own limit") != NULL);
			now += wait_ms;
			continue;
		}
		bool full = count >= most && sent[count - most] > now - span_ms;
		if (full) {
			++*refusals;
			pace_learn_refused(&pace_make(p, s->name)->learnt, now);
			now += 60000;
		} else {
			sent[count++] = now;
		}
		pace_count(p, s, 1, !full, now);
		now += 20;
	}
	return count;
}

static void a_server_teaches_its_pace(void **state)
{
	struct paces p = {0};
	struct smarthost s = host("", "", 0);
	int refusals, count;
	(void)state;
	/* Ten a minute, for eight hours: without learning it would say no 480 times. */
	count = served(&p, &s, 10, 60000, 0, 8 * 3600000, &refusals);
	assert_in_range(refusals, 1, 48);
	assert_in_range(count, 8 * 60 * 10 / 2, 8 * 60 * 10);
	assert_in_range(pace_find(&p, "main")->learnt.per_hour, 120, 900);
	pace_free(&p);
	/* A hundred an hour, for a day. */
	count = served(&p, &s, 100, 3600000, 0, 24 * 3600000, &refusals);
	assert_in_range(count, 24 * 100 / 2, 24 * 100);
	/* It is faster from now on: the pace grows, and is forgotten after a day. */
	count = served(&p, &s, SENT_MAX, 1, 25 * 3600000, 3600000, &refusals);
	assert_int_equal(refusals, 0);
	assert_true(count > 100);
	served(&p, &s, SENT_MAX, 1, 49 * 3600000, 60000, &refusals);
	assert_int_equal(pace_find(&p, "main")->learnt.per_hour, 0);
	pace_free(&p);
}

/* What a server refuses before it has accepted anything is no pace. */
static void nothing_is_learnt_of_nothing(void **state)
{
	struct paces p = {0};
	struct smarthost s = host("", "", 0);
	struct pace *pace = pace_make(&p, "main");
	(void)state;
	assert_false(pace_learn_refused(&pace->learnt, 1000));
	assert_false(pace_is_limited(&p, &s));
	pace_count(&p, &s, 1, false, 2000);
	assert_false(pace_learn_refused(&pace->learnt, 3000));
	pace_count(&p, &s, 1, true, 4000);
	assert_true(pace_learn_refused(&pace->learnt, 5000));
	assert_int_equal(pace->learnt.per_hour, 60);
	/* Asked while the limit lasts. */
	assert_false(pace_learn_refused(&pace->learnt, 66000));
	assert_int_equal(pace->learnt.per_hour, 60);
	pace_count(&p, &s, 1, true, 70000);
	assert_true(pace_learn_refused(&pace->learnt, 71000));
	assert_int_equal(pace->learnt.per_hour, 30);
	for (int i = 0; i < 20; i++) {
		pace_count(&p, &s, 1, true, 80000);
		pace_learn_refused(&pace->learnt, 80000);
	}
	assert_int_equal(pace->learnt.per_hour, PACE_LEARN_LEAST);
	/* A narrower limit of the configuration counts. */
	struct smarthost narrow = host("1/hour", "", 0);
	int64_t wait_ms;
	bool learnt;
	TEXT(why, 200);
	pace_count(&p, &narrow, 1, true, 90000);
	assert_int_equal(pace_ask(&p, &narrow, &(struct pace_load){.more = 1}, 91000, &wait_ms, &learnt,
	                     &why),
	    PACE_WAIT);
	assert_false(learnt);
	pace_free(&p);
}

static void what_was_learnt_is_remembered(void **state)
{
	char folder[] = "/tmp/firsthop-pace-XXXXXX";
	struct paces p = {0}, q = {0};
	struct smarthost s = host("", "", 0);
	(void)state;
	assert_non_null(mkdtemp(folder));
	int fd = open(folder, O_RDONLY | O_DIRECTORY);
	pace_count(&p, &s, 1, true, 1000);
	pace_learn_refused(&pace_find(&p, "main")->learnt, 2000);
	p.changed = true;
	pace_save(&p, fd, 2000, 1700000000);
	pace_load(&q, fd, 20000, 1700003600);
	assert_true(pace_is_limited(&q, &s));
	assert_int_equal(pace_find(&q, "main")->learnt.per_hour, 60);
	pace_free(&q);
	pace_load(&q, fd, 20000, 1700090000); /* a day later */
	assert_false(pace_is_limited(&q, &s));
	pace_free(&q);
	int file = openat(fd, PACE_FILE, O_WRONLY | O_TRUNC);
	static const char rubbish[] = "name=main learnt=99999999999 at=1700000000\nname=main learnt=-5 "
	                              "at=1\nlearnt=60 at=1700000000\n";
	assert_int_equal(write(file, rubbish, sizeof rubbish - 1), sizeof rubbish - 1);
	close(file);
	pace_load(&q, fd, 20000, 1700000000);
	assert_false(pace_is_limited(&q, &s));
	pace_free(&q);
	pace_free(&p);
	close(fd);
	unit_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(rules_are_read),
	    cmocka_unit_test(no_window_has_more), cmocka_unit_test(a_burst_is_one),
	    cmocka_unit_test(what_is_in_hand_counts), cmocka_unit_test(it_is_remembered),
	    cmocka_unit_test(a_server_teaches_its_pace), cmocka_unit_test(nothing_is_learnt_of_nothing),
	    cmocka_unit_test(what_was_learnt_is_remembered)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
