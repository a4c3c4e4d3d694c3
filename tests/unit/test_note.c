/* objects: sendmail/mailbox/note */
/* What a delivery that was broken off leaves beside a mailbox, and when it is safe to take a part
 * of a message away. */
#include "base/fdio.h"
#include "base/dotlock.h"
#include "mailbox/mailbox.h"
#include "mailbox/note.h"
#include "tests/unit/unit.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define OLD "From a  Thu Jan  1 00:00:00 1970\nSubject: old\n\nold\n\n"
#define START \
	"From b  Thu Jan  1 00:00:01 1970\nReturn-Path: <b>\nDelivered-To: c\nSubject: new\n\n"

static char folder[40];
static int folder_fd;

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/firsthop-note.XXXXXX");
	assert_non_null(mkdtemp(folder));
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY);
	return folder_fd < 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"mailbox", ".firsthop-mbox.user", "user.lock", "elsewhere"};
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unlinkat(folder_fd, names[i], 0);
	close(folder_fd);
	return rmdir(folder);
}

static void put_file(const char *name, const char *bytes, size_t length)
{
	int fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0 && fdio_write(fd, bytes, length));
	close(fd);
}

/* A mailbox that holds OLD, a note of what begins with START; then tail comes after it, and a new
 * life looks.  Returns the length after. */
static long life_after(const char *tail, size_t length, struct text *message)
{
	struct note n;
	struct stat st;
	struct buffer start = {0};
	put_file("mailbox", OLD, strlen(OLD));
	int fd = openat(folder_fd, "mailbox", O_RDWR | O_APPEND);
	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	buffer_puts(&start, START);
	assert_true(note_open(&n, folder_fd, "user") && n.fd >= 0);
	assert_true(note_obey(&n, fd, &st, message));
	assert_true(note_write(&n, &st, &start));
	close(n.fd);
	assert_true(fdio_write(fd, tail, length) && fstat(fd, &st) == 0);
	assert_true(note_open(&n, folder_fd, "user"));
	assert_true(note_obey(&n, fd, &st, message));
	assert_int_equal(lseek(fd, 0, SEEK_END), st.st_size);
	assert_true(note_remove(&n));
	assert_int_equal(faccessat(folder_fd, ".firsthop-mbox.user", F_OK, 0), -1);
	close(n.fd);
	close(fd);
	buffer_free(&start);
	return (long)st.st_size;
}

static void parts_are_taken_away(void **state)
{
	static const char zeros[300];
	struct {
		const char *tail;
		size_t length;
	} cases[] = {
	    {"", 0},
	    {START, 1},
	    {START, 40},
	    {START, strlen(START)},
	    {START "body\nhalf a li", strlen(START) + 14},
	    {START "whole\n\n", strlen(START) + 7},
	    {START "> From x Thu Jan  1 00:00:02 1970 is text, >From y Thu Jan  1 00:00:02 1970\n",
	        strlen(START) + 5},
	    {START ">From y Thu Jan  1 00:00:02 1970 is text that was quoted\n", strlen(START) + 56},
	    {START "a letter From Bob, and from 10:30 on\n", strlen(START) + 36 - 20},
	    /* A power cut may leave a length without its bytes. */
	    {zeros, 300},
	    {"From b  \0\0\0", 11},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		TEXT(message, 300);
		assert_int_equal(life_after(cases[i].tail, cases[i].length, &message), strlen(OLD));
		assert_int_equal(message.length > 0, cases[i].length > 0);
	}
}

static void what_others_wrote_stays(void **state)
{
	static const char *const tails[] = {
	    "From b  Thu Jan  1 00:00:02 1970\nof another second\n\n",
	    "\nFrom b  Thu Jan  1 00:00:01 1970\n",
	    START "half a From z Thu Jan  1 00:00:03 1970\nSubject: behind it\n\n",
	    START "half\n\nFrom z Thu Jan  1 00:00:03 1970\nSubject: behind it\n\n",
	    START "half\nFrom z Thu Jan  1 00:00 1970\n",
	    ("X-IMAP: 1\n" START),
	};
	(void)state;
	for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
		TEXT(message, 300);
		assert_int_equal(life_after(tails[i], strlen(tails[i]), &message),
		    strlen(OLD) + strlen(tails[i]));
		assert_non_null(strstr(message.data, "another program has changed the mailbox"));
	}
}

/* After a message that is longer than what is looked at in one piece. */
static void behind_long_parts(void **state)
{
	static const char other[] = "From z Thu Jan  1 00:00:03 1970\nbehind\n";
	(void)state;
	for (int extra = 16384 - 700; extra < 16384 + 700; extra += 7) {
		TEXT(message, 300);
		struct buffer tail = {0};
		buffer_puts(&tail, START);
		while (tail.length < (size_t)extra + strlen(START))
			buffer_puts(&tail, "x");
		assert_int_equal(life_after(tail.data, tail.length, &message), strlen(OLD));
		buffer_puts(&tail, other);
		assert_int_equal(life_after(tail.data, tail.length, &message), strlen(OLD) + tail.length);
		buffer_free(&tail);
	}
}

/* Notes that mean nothing: cut off, of another file, of another length, with odd numbers. */
static void odd_notes_do_nothing(void **state)
{
	char notes[7][300] = {"", "firsthop-mbox 1 2", "firsthop-mbox 1 2 0\nFrom ", "nonsense\n",
	    ("firsthop-mbox 1 2 0\n" START)};
	struct stat st;
	(void)state;
	put_file("mailbox", START, strlen(START));
	assert_int_equal(fstatat(folder_fd, "mailbox", &st, 0), 0);
	snprintf(notes[5], sizeof notes[5], "firsthop-mbox %llu %llu -5\n%s",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino, START);
	snprintf(notes[6], sizeof notes[6], "firsthop-mbox %llu %llu 99999\n%s",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino, START);
	for (int i = 0; i < 7; i++) {
		TEXT(message, 300);
		struct note n;
		put_file(".firsthop-mbox.user", notes[i], strlen(notes[i]));
		int fd = openat(folder_fd, "mailbox", O_RDWR | O_APPEND);
		assert_true(fstat(fd, &st) == 0 && note_open(&n, folder_fd, "user") && n.fd >= 0);
		assert_true(note_obey(&n, fd, &st, &message));
		assert_int_equal(st.st_size, strlen(START));
		assert_int_equal(message.length, 0);
		close(n.fd);
		close(fd);
	}
}

/* A note is a plain file of our own with one name; in the place of anything else there is none, and
 * mail is delivered all the same. */
static void traps_are_no_notes(void **state)
{
	struct note n;
	(void)state;
	put_file("elsewhere", "precious", 8);
	assert_int_equal(symlinkat("elsewhere", folder_fd, ".firsthop-mbox.user"), 0);
	assert_true(note_open(&n, folder_fd, "user"));
	assert_int_equal(n.fd, -1);
	assert_true(note_remove(&n));
	unlinkat(folder_fd, ".firsthop-mbox.user", 0);
	assert_int_equal(linkat(folder_fd, "elsewhere", folder_fd, ".firsthop-mbox.user", 0), 0);
	assert_true(note_open(&n, folder_fd, "user"));
	assert_int_equal(n.fd, -1);
}

static pid_t dead_process(void)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

static void locks_of_the_dead_are_taken(void **state)
{
	char text[400], host[256] = "";
	const struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	(void)state;
	gethostname(host, sizeof host - 1);
	assert_int_equal(dotlock_take(folder_fd, "user.lock"), DOTLOCK_TAKEN);
	assert_int_equal(dotlock_take(folder_fd, "user.lock"), DOTLOCK_OURS);
	snprintf(text, sizeof text, "%ld %s\n", (long)getppid(), host);
	unlinkat(folder_fd, "user.lock", 0);
	put_file("user.lock", text, strlen(text));
	assert_int_equal(dotlock_take(folder_fd, "user.lock"), DOTLOCK_BUSY);
	snprintf(text, sizeof text, "%ld %s\n", (long)dead_process(), host);
	unlinkat(folder_fd, "user.lock", 0);
	put_file("user.lock", text, strlen(text));
	assert_int_equal(dotlock_take(folder_fd, "user.lock"), DOTLOCK_TAKEN);
	unlinkat(folder_fd, "user.lock", 0);
	/* Of another machine, and of programs that say less: after ten minutes. */
	for (int i = 0; i < 2; i++) {
		snprintf(text, sizeof text, i == 0 ? "%ld elsewhere.example.org\n" : "%ld\n",
		    (long)dead_process());
		put_file("user.lock", text, strlen(text));
		assert_int_equal(dotlock_take(folder_fd, "user.lock"), DOTLOCK_BUSY);
		assert_int_equal(utimensat(folder_fd, "user.lock", old, 0), 0);
		assert_int_equal(dotlock_take(folder_fd, "user.lock"), DOTLOCK_TAKEN);
		unlinkat(folder_fd, "user.lock", 0);
	}
}

#define NOTE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    NOTE_TEST(parts_are_taken_away),
	    NOTE_TEST(what_others_wrote_stays),
	    NOTE_TEST(behind_long_parts),
	    NOTE_TEST(odd_notes_do_nothing),
	    NOTE_TEST(traps_are_no_notes),
	    NOTE_TEST(locks_of_the_dead_are_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
