/* mqueue/counters: what is counted comes back, and a file of rubbish is no more than zeros. */
#include "spool/counters.h"
#include "spool/smtpd_status.h"
#include "tests/unit/unit.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/firsthop-counters-XXXXXX";
static int dir_fd;

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL && (dir_fd = open(folder, O_RDONLY | O_DIRECTORY)) >= 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	close(dir_fd);
	return unit_remove(folder);
}

static void put_file(const char *text)
{
	int fd = openat(dir_fd, "counters", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void what_is_counted_comes_back(void **state)
{
	struct counters c, again;
	struct diagnosis d = {.verdict = VERDICT_SENT, .hop = "main"};
	(void)state;
	counters_load(&c, dir_fd);
	assert_int_equal(c.server_count, 0);
	counters_save(&c, dir_fd);
	assert_int_equal(faccessat(dir_fd, "counters", F_OK, 0), -1); /* nothing to write */
	counters_outcome(&c, &d, 0);
	counters_outcome(&c, &d, 1);
	counters_outcome(&c, &d, 2);
	counters_outcome(&c, &d, 1000000);
	d.verdict = VERDICT_FAILED;
	counters_outcome(&c, &d, 0);
	d = (struct diagnosis){.verdict = VERDICT_DEFERRED,
	    .fault = FAULT_ROUTE,
	    .hop = "@example.org"};
	counters_outcome(&c, &d, 0);
	d.hop[0] = '\0';
	d.fault = FAULT_CONFIG;
	counters_outcome(&c, &d, 0);
	c.adopted = 7;
	counters_server(&c, "=local")->ready = 3;
	counters_save(&c, dir_fd);
	assert_false(c.changed);
	counters_load(&again, dir_fd);
	assert_true(again.since_s > 0 && again.since_s == c.since_s);
	assert_int_equal(again.adopted, 7);
	assert_int_equal(counters_server(&again, "main")->sent, 4);
	assert_int_equal(counters_server(&again, "main")->failed, 1);
	assert_int_equal(counters_server(&again, "direct")->deferred, 1);
	assert_int_equal(counters_server(&again, "none")->deferred, 1);
	assert_int_equal(counters_server(&again, "local")->ready, 3);
	assert_int_equal(again.deferred[FAULT_ROUTE] + again.deferred[FAULT_CONFIG], 2);
	assert_int_equal(again.delays[0], 2); /* up to and with 1 s */
	assert_int_equal(again.delays[1], 1);
	assert_int_equal(again.delays[COUNTERS_DELAYS - 1], 1);
	assert_int_equal(again.delay_sum_s, 1000003);
}

static void a_folder_that_cannot_be_written_keeps_them_for_later(void **state)
{
	struct counters c = {.changed = true};
	(void)state;
	counters_save(&c, -1);
	assert_true(c.changed);
	counters_save(&c, dir_fd);
	assert_false(c.changed);
}

static void more_servers_than_places_are_one(void **state)
{
	struct counters c = {0};
	char name[20];
	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "s%d", i);
		counters_server(&c, name)->sent++;
	}
	assert_int_equal(c.server_count, COUNTERS_SERVERS_MAX);
	assert_int_equal(counters_server(&c, "other")->sent, 100 - (COUNTERS_SERVERS_MAX - 1));
	assert_int_equal(counters_server(&c, "s0")->sent, 1);
}

static void rubbish_counts_as_nothing(void **state)
{
	static const char *const files[] = {"", "\n\n", "total", "total since=-1 adopted=x sent=\n",
	    "hop\nhop name=\nhop name=\"\"\nhop sent=5\n", "\xff\xfe\x01 total adopted=5\n",
	    "total adopted=99999999999999999999999\n", "total adopted=5"};
	struct counters c;
	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		put_file(files[i]);
		counters_load(&c, dir_fd);
		assert_int_equal(c.adopted, 0);
		assert_int_equal(c.since_s, 0);
		assert_int_equal(c.server_count, 0);
	}
}

/* mailq runs as any user, and smtpd under systemd with a umask of 077. */
static void everybody_may_read_what_smtpd_counts(void **state)
{
	struct smtpd_status s, read;
	struct stat st;
	(void)state;
	setenv("FIRSTHOP_SPOOL", folder, 1);
	setenv("FIRSTHOP_RUN", folder, 1);
	mode_t old = umask(077);
	int fd = smtpd_status_begin(&s);
	umask(old);
	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	s.counts[SMTPD_MESSAGES] = 3;
	smtpd_status_write(fd, &s);
	smtpd_status_read(&read);
	assert_true(read.running);
	assert_int_equal(read.counts[SMTPD_MESSAGES], 3);
	close(fd);
	smtpd_status_read(&read);
	assert_false(read.running);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_is_counted_comes_back),
	    TEST(a_folder_that_cannot_be_written_keeps_them_for_later),
	    TEST(more_servers_than_places_are_one),
	    TEST(rubbish_counts_as_nothing),
	    TEST(everybody_may_read_what_smtpd_counts),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
