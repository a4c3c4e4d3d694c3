/* libs: -Wl,--wrap=getpwnam */
/* USER.lock: taken, waited for, taken away when it was left behind; and never somebody's
   mailbox. */
#include "base/dotlock.h"
#include "tests/unit/unit.h"
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder_name[] = "/tmp/dotlock.XXXXXX";
static int folder;
static const char *user; /* the one that there is */
static int lookup_error;

struct passwd *__wrap_getpwnam(const char *name);
struct passwd *__wrap_getpwnam(const char *name)
{
	static struct passwd pw;
	errno = lookup_error;
	return user != NULL && strcmp(name, user) == 0 ? &pw : NULL;
}

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder_name));
	folder = open(folder_name, O_RDONLY | O_DIRECTORY);
	return folder >= 0 ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	close(folder);
	return unit_remove(folder_name);
}

/* A file that was last touched an hour ago. */
static void put_old(const char *text)
{
	struct timespec then[2] = {{.tv_sec = time(NULL) - 3600}, {.tv_sec = time(NULL) - 3600}};
	unlinkat(folder, "bob.lock", 0);
	int fd = openat(folder, "bob.lock", O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	assert_int_equal(futimens(fd, then), 0);
	close(fd);
}

static void stale_locks_go(void **state)
{
	static const char *const locks[] = {"", "0", "12345\n", "99999999 elsewhere\n"};
	(void)state;
	for (size_t i = 0; i < sizeof locks / sizeof locks[0]; i++) {
		put_old(locks[i]);
		assert_int_equal(dotlock_take(folder, "bob.lock"), DOTLOCK_TAKEN);
		assert_int_equal(dotlock_take(folder, "bob.lock"), DOTLOCK_OURS);
		unlinkat(folder, "bob.lock", 0);
	}
}

static void mailboxes_stay(void **state)
{
	char large[1000];
	(void)state;
	put_old("From a@example.org Mon Nov 30 10:00:00 2026\nSubject: hers\n\nx\n");
	assert_int_equal(dotlock_take(folder, "bob.lock"), DOTLOCK_BUSY);
	memset(large, '1', sizeof large - 1);
	large[sizeof large - 1] = '\0';
	put_old(large);
	assert_int_equal(dotlock_take(folder, "bob.lock"), DOTLOCK_BUSY);
	/* An empty one, of a user who has that name: not even a lock of ours is put there. */
	user = "bob.lock";
	put_old("");
	assert_int_equal(dotlock_take(folder, "bob.lock"), DOTLOCK_CLOSED);
	assert_int_equal(faccessat(folder, "bob.lock", F_OK, 0), 0);
	unlinkat(folder, "bob.lock", 0);
	assert_int_equal(dotlock_take(folder, "bob.lock"), DOTLOCK_CLOSED);
	user = NULL;
	lookup_error = EIO; /* nobody knows */
	assert_int_equal(dotlock_take(folder, "bob.lock"), DOTLOCK_CLOSED);
	lookup_error = ENOENT;
	assert_int_equal(dotlock_take(folder, "bob.lock"), DOTLOCK_TAKEN);
	lookup_error = 0;
	if (geteuid() != 0)
		return;
	/* Another user's file, and one with a second name. */
	put_old("");
	assert_int_equal(fchownat(folder, "bob.lock", 4001, 4001, 0), 0);
	assert_int_equal(dotlock_take(folder, "bob.lock"), DOTLOCK_BUSY);
	put_old("");
	assert_int_equal(linkat(folder, "bob.lock", folder, "second", 0), 0);
	assert_int_equal(dotlock_take(folder, "bob.lock"), DOTLOCK_BUSY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(stale_locks_go), TEST(mailboxes_stay)};
	return cmocka_run_group_tests(tests, setup, teardown);
}
