/* objects: sendmail/mailbox/done */
/* The record of deliveries: two at once do not spoil it, and nothing that is broken in it passes
 * for a delivery. */
#include "mailbox/done.h"
#include "mailbox/lock_wait.h"
#include "tests/unit/unit.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#define ONE "00000001.00000001\tone"
#define TWO "00000002.00000002\ttwo"

static char folder_name[] = "/tmp/firsthop-done.XXXXXX";
static int folder;

/* No test waits for a lock. */
bool lock_wait(int tries)
{
	return tries < 1;
}

static int set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder_name));
	folder = open(folder_name, O_RDONLY | O_DIRECTORY);
	return folder < 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(folder);
	return unit_remove(folder_name);
}

static void start(struct done *d)
{
	assert_true(done_open(d, folder, "record"));
	assert_true(d->fd >= 0);
}

static void expect(const char *key, const char *place)
{
	struct done d;
	start(&d);
	char *found = done_find(&d, key);
	if (place == NULL)
		assert_null(found);
	else
		assert_string_equal(found != NULL ? found : "not there", place);
	free(found);
	done_close(&d);
}

static void put(const char *bytes, size_t length)
{
	int fd = openat(folder, "record", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

/* The second one has seen the line of the first one, which is taken back meanwhile: what was taken
 * back must come again. */
static void test_taken_back_meanwhile(void **state)
{
	(void)state;
	struct done a, b;
	put("", 0);
	start(&a);
	assert_true(done_add(&a, ONE, "name-one"));
	start(&b);
	assert_true(done_undo(&a, "name-one", false));
	assert_true(done_add(&b, TWO, "name-two"));
	done_close(&a);
	done_close(&b);
	expect(ONE, NULL);
	expect(TWO, "name-two");
}

static void test_two_at_once(void **state)
{
	(void)state;
	struct done a, b;
	put("", 0);
	start(&a);
	start(&b);
	assert_true(done_add(&a, ONE, "name-one"));
	assert_true(done_add(&b, TWO, "name-two"));
	expect(ONE, "name-one");
	expect(TWO, "name-two");
	assert_true(done_undo(&a, "name-one", false));
	done_close(&a);
	done_close(&b);
	expect(ONE, NULL);
	expect(TWO, "name-two");
}

static void test_broken_off(void **state)
{
	(void)state;
	static const char part[] = TWO "\tname-two\n" ONE "\tname-o";
	struct done d;
	put(part, sizeof part - 1);
	start(&d);
	assert_true(done_add(&d, "00000003.00000003\tthree", "name-three"));
	done_close(&d);
	expect(ONE, NULL);
	expect(TWO, "name-two");
	expect("00000003.00000003\tthree", "name-three");
}

static void test_zeros(void **state)
{
	(void)state;
	static const char zeros[] = TWO "\tname-two\n" ONE "\tname-o\0\0\n" ONE "\tname" TWO "\tname\n";
	put(zeros, sizeof zeros - 1);
	expect(ONE, NULL);
	expect(TWO, "name-two");
}

/* In an mbox a place is a length, which comes again. */
static void test_last_only(void **state)
{
	(void)state;
	struct done d;
	put("", 0);
	start(&d);
	assert_true(done_add(&d, ONE, "0"));
	assert_true(done_add(&d, TWO, "17"));
	assert_true(done_undo(&d, "0", true));
	assert_true(done_undo(&d, "7", true));
	expect(ONE, "0");
	expect(TWO, "17");
	assert_true(done_undo(&d, "17", true));
	done_close(&d);
	expect(ONE, "0");
	expect(TWO, NULL);
}

static void test_locked(void **state)
{
	(void)state;
	struct done d, other;
	put("", 0);
	start(&d);
	int fd = openat(folder, "record", O_RDONLY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_false(done_open(&other, folder, "record"));
	assert_int_equal(errno, EAGAIN);
	assert_false(done_add(&d, ONE, "name"));
	assert_false(done_undo(&d, "name", false));
	close(fd);
	assert_true(done_add(&d, ONE, "name"));
	done_close(&d);
	done_close(&other);
}

static void test_stays_small(void **state)
{
	(void)state;
	struct done d;
	char key[60], place[60];
	put("", 0);
	start(&d);
	for (int i = 0; i < 500; i++) {
		snprintf(key, sizeof key, "%08d.00000000\tx", i);
		snprintf(place, sizeof place, "name-%d", i);
		assert_true(done_add(&d, key, place));
		assert_true(lseek(d.fd, 0, SEEK_END) < 8192);
	}
	done_close(&d);
	expect(key, place);
	expect("00000460.00000000\tx", "name-460");
	expect("00000000.00000000\tx", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_taken_back_meanwhile),
	    TEST(test_two_at_once),
	    TEST(test_broken_off),
	    TEST(test_zeros),
	    TEST(test_last_only),
	    TEST(test_locked),
	    TEST(test_stays_small),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
