/* What sendmail asks before it takes mail: the published rules and the room on the disk; and a
 * journal told line by line. */
#include "base/clock.h"
#include "base/text.h"
#include "spool/drop.h"
#include "spool/policy.h"
#include "spool/story.h"
#include "tests/unit/unit.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define HEAD "policy version=1 file=/etc/firsthop.conf domain=example.org min_free_mb=0\n"

static char spool[] = "/tmp/firsthop-policy-XXXXXX";
static struct drop drop;

static int setup(void **state)
{
	char path[100];
	struct diagnosis d = {0};
	(void)state;
	if (mkdtemp(spool) == NULL)
		return 1;
	snprintf(path, sizeof path, "%s/drop", spool);
	mkdir(path, 0700);
	return drop_open(&drop, spool, &d) ? 0 : 1;
}

static int teardown(void **state)
{
	(void)state;
	close(drop.dir_fd);
	return unit_remove(spool);
}

/* The answer of the rules to user 1001, "php", of group 33. */
static int ask(const char *rules, const char *sender, struct diagnosis *why)
{
	struct policy_user u = {.uid = 1001, .login = "php", .groups = {33}, .group_count = 1};
	struct policy p;
	*why = (struct diagnosis){0};
	assert_true(policy_write(drop.dir_fd, rules, strlen(rules)));
	policy_load(&p, drop.dir_fd);
	assert_non_null(p.text);
	int code = policy_check(&p, &u, sender, drop.dir_fd, why);
	policy_free(&p);
	return code;
}

static void the_first_rule_that_fits_counts(void **state)
{
	struct diagnosis why;
	(void)state;
	const char *rules = HEAD "rule line=3 who=bob uid=1002 from=bob@other.example\nrule line=5 "
	                         "who=@www gid=33 from=\"shop@example.net @lists.example.net\"\n"
	                         "rule line=9 who=* all=1 from=nobody\n";
	assert_int_equal(ask(rules, "SHOP@example.net", &why), EX_OK);
	assert_int_equal(ask(rules, "any@lists.example.net", &why), EX_OK);
	assert_int_equal(ask(rules, "php", &why), EX_OK); /* always: as oneself */
	assert_int_equal(ask(rules, "php@example.org", &why), EX_OK);
	assert_int_equal(ask(rules, NULL, &why), EX_OK);
	assert_int_equal(ask(rules, "", &why), EX_OK);           /* a bounce has no sender */
	assert_int_equal(ask(rules, "nobody", &why), EX_NOPERM); /* the third rule is not asked */
	assert_string_equal(diag_key(&why), "sender-refused");
	assert_non_null(strstr(why.text, "[submit @www] in /etc/firsthop.conf, line 5"));
	assert_int_equal(ask(rules, "x@notlists.example.net", &why), EX_NOPERM);
	assert_int_equal(ask(HEAD, "anyone@anywhere.example", &why), EX_OK);
}

/* A thousand users above their limits at once, as after an outage: the file is long, and holds. */
static void many_may_be_over_a_limit(void **state)
{
	struct diagnosis why;
	struct buffer rules = {0};
	(void)state;
	buffer_puts(&rules, HEAD "rule line=9 who=* all=1 from=nobody\n");
	for (int i = 2000; i < 3000; i++)
		buffer_printf(&rules,
		    "over uid=%d until=%lld text=\"user web%d has 100 messages in the queue and may have "
		    "100 ([submit *] in /etc/firsthop/firsthop.conf, line 12)\"\n",
		    i, (long long)clock_wall_s() + 600, i);
	assert_int_equal(ask(buffer_string(&rules), "x@other.example", &why), EX_NOPERM);
	buffer_free(&rules);
}

static void who_is_over_a_limit_waits(void **state)
{
	char rules[300];
	struct diagnosis why;
	(void)state;
	snprintf(rules, sizeof rules, HEAD "over uid=1001 until=%lld text=\"more than 5 messages\"\n",
	    (long long)clock_wall_s() + 600);
	assert_int_equal(ask(rules, NULL, &why), EX_NOPERM);
	assert_string_equal(diag_key(&why), "user-limit");
	assert_true(text_starts(why.text, "more than 5 messages; not before "));
	snprintf(rules, sizeof rules, HEAD "over uid=1001 until=%lld text=x\n",
	    (long long)clock_wall_s() - 1);
	assert_int_equal(ask(rules, NULL, &why), EX_OK);
	snprintf(rules, sizeof rules, HEAD "over uid=1001 until=%lld text=x\n",
	    (long long)clock_wall_s() + 1000000); /* the clock was set */
	assert_int_equal(ask(rules, NULL, &why), EX_OK);
	snprintf(rules, sizeof rules, HEAD "over uid=1002 until=%lld text=x\n",
	    (long long)clock_wall_s() + 600);
	assert_int_equal(ask(rules, NULL, &why), EX_OK);
}

static void a_nearly_full_disk_is_roots(void **state)
{
	struct diagnosis why;
	struct policy_user root = {.uid = 0, .login = "root"};
	struct policy p;
	const char *rules =
	    "policy version=1 file=/etc/firsthop.conf domain=example.org min_free_mb=999999999\n";
	(void)state;
	assert_int_equal(ask(rules, NULL, &why), EX_IOERR);
	assert_string_equal(diag_key(&why), "spool-full");
	policy_load(&p, drop.dir_fd);
	assert_int_equal(policy_check(&p, &root, "x@y.example", drop.dir_fd, &why), EX_OK);
	policy_free(&p);
}

/* What is left counts without the reserve; what nobody counts (files of some file systems) has no
 * share. */
static void one_user_leaves_room_for_others(void **state)
{
	static const struct {
		struct {
			int percent;
			uid_t uid;
			unsigned long long bytes, files;
		} of;
		struct disk_space room;
		const char *words; /* "" = it is not over */
	} rows[] = {
	    {{50, 1001, 100 << 20, 1}, {116 << 20, 16 << 20, 999, 9, 1 << 30, 9999}, ""},
	    {{50, 1001, 101 << 20, 1}, {116 << 20, 16 << 20, 999, 9, 1 << 30, 9999},
	        "waiting mail of uid 1001 uses 103424 KiB of the spool's disk, and 102400 are left; "
	        "one "
	        "user's may use 50 % of both together ([queue] max_user_percent in x.conf)"},
	    {{50, 0, 101 << 20, 1}, {116 << 20, 16 << 20, 999, 9, 1 << 30, 9999}, ""},
	    {{0, 1001, 101 << 20, 1}, {116 << 20, 16 << 20, 999, 9, 1 << 30, 9999}, ""},
	    {{100, 1001, 1ull << 60, 1}, {116 << 20, 16 << 20, 999, 9, 1 << 30, 9999}, ""},
	    {{10, 1001, 1ull << 60, 1}, {1ull << 61, 0, 999, 9, 1ull << 62, 9999}, "KiB"},
	    {{50, 1001, 1, 51}, {1 << 30, 16 << 20, 60, 10, 1 << 30, 9999}, "uses 51 files"},
	    {{50, 1001, 1, 50}, {1 << 30, 16 << 20, 60, 10, 1 << 30, 9999}, ""},
	    {{50, 1001, 1, 5000000}, {1 << 30, 16 << 20, ULLONG_MAX, 0, 1 << 30, 0}, ""},
	    {{50, 1001, 1, 1}, {1 << 20, 16 << 20, 999, 9, 1 << 30, 9999}, "and 0 are left"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		TEXT(words, 700);
		struct user_share share = {.percent = rows[i].of.percent,
		    .uid = rows[i].of.uid,
		    .bytes = rows[i].of.bytes,
		    .files = rows[i].of.files,
		    .config = "x.conf"};
		assert_int_equal(user_share_is_over(&share, &rows[i].room, &words), *rows[i].words != '\0');
		assert_non_null(strstr(words.data, rows[i].words));
	}
}

/* Only while there is little room is drop/ looked through. */
static void what_lies_in_drop_is_counted(void **state)
{
	static const struct disk_space tight = {20 << 20, 16 << 20, 999, 9, 1 << 30, 9999},
	                               wide = {3ull << 30, 16 << 20, 99999, 9, 4ull << 30, 99999};
	struct user_share s = {.percent = 50, .uid = getuid() + 1};
	(void)state;
	int fd = openat(drop.dir_fd, "01234567.01234567", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, "12345", 5), 5);
	user_share_count(&s, drop.dir_fd, &tight);
	assert_int_equal(s.files, 0);
	if (getuid() == 0)
		assert_int_equal(fchown(fd, s.uid, (gid_t)-1), 0);
	else
		s.uid = getuid();
	close(fd);
	user_share_count(&s, drop.dir_fd, &wide);
	assert_int_equal(s.files, 0);
	for (int i = 0; i < 2; i++) {
		s.bytes = s.files = 0;
		user_share_count(&s, drop.dir_fd, &tight);
		assert_true(s.files >= 1 && s.bytes >= 5);
	}
	assert_int_equal(unlinkat(drop.dir_fd, "01234567.01234567", 0), 0);
}

/* The runner's line counts as long as its limit does, and has the code of a full disk. */
static void a_share_that_is_used_up_is_like_a_full_disk(void **state)
{
	struct diagnosis why;
	char rules[300];
	(void)state;
	snprintf(rules, sizeof rules, HEAD "over uid=1001 until=%lld full=1 text=\"too much\"\n",
	    (long long)clock_wall_s() + 600);
	assert_int_equal(ask(rules, NULL, &why), EX_IOERR);
	assert_string_equal(diag_key(&why), "spool-full");
	assert_string_equal(why.text, "too much");
}

/* A file that somebody else laid there, or of another version, refuses nothing. */
static void odd_files_refuse_nothing(void **state)
{
	struct policy p;
	(void)state;
	assert_true(policy_write(drop.dir_fd, "policy version=2 \n", 18));
	policy_load(&p, drop.dir_fd);
	assert_null(p.text);
	assert_int_equal(unlinkat(drop.dir_fd, "policy", 0), 0);
	policy_load(&p, drop.dir_fd);
	assert_null(p.text);
	assert_int_equal(symlinkat("/dev/zero", drop.dir_fd, "policy"), 0);
	policy_load(&p, drop.dir_fd);
	assert_null(p.text);
	assert_int_equal(unlinkat(drop.dir_fd, "policy", 0), 0);
	assert_int_equal(mkfifoat(drop.dir_fd, "policy", 0600), 0);
	policy_load(&p, drop.dir_fd); /* and does not wait for a writer */
	assert_null(p.text);
	assert_int_equal(unlinkat(drop.dir_fd, "policy", 0), 0);
	assert_false(policy_write(-1, HEAD, strlen(HEAD)));
}

static void errors_of_the_disk_have_keys(void **state)
{
	static const struct {
		int error;
		const char *key;
	} rows[] = {{ENOSPC, "spool-full"}, {EDQUOT, "spool-full"}, {EFBIG, "spool-too-big"},
	    {EIO, "spool-write"}};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct diagnosis why = {0};
		errno = rows[i].error;
		drop_error(&why, "write");
		assert_string_equal(diag_key(&why), rows[i].key);
		assert_int_equal(why.verdict, VERDICT_FAILED);
	}
}

static void a_name_that_cannot_be_given_leaves_nothing(void **state)
{
	struct diagnosis why = {0};
	(void)state;
	assert_true(drop_create(&drop, 1000, &why) && drop_write(&drop, "x\n", 2, &why));
	assert_int_equal(mkdirat(drop.dir_fd, drop.id, 0700), 0);
	assert_false(drop_commit(&drop, &why));
	assert_string_equal(diag_key(&why), "spool-write");
	assert_non_null(strstr(why.text, "rename"));
	assert_int_equal(drop.fd, -1);
	assert_int_equal(faccessat(drop.dir_fd, drop.temp, F_OK, AT_SYMLINK_NOFOLLOW), -1);
	drop_abandon(&drop); /* twice does no harm */
}

static void a_full_disk_stops_the_writing(void **state)
{
	struct diagnosis why = {0};
	struct drop full = {.dir_fd = drop.dir_fd, .fd = open("/dev/full", O_WRONLY | O_CLOEXEC)};
	(void)state;
	if (full.fd < 0)
		skip(); /* only Linux has it */
	assert_false(drop_write(&full, "x\n", 2, &why));
	assert_string_equal(diag_key(&why), "spool-full");
	close(full.fd);
}

static void a_story_is_told_in_order(void **state)
{
	char text[] = "nonsense\n100 attempt n=1\n101 dance\n102 rcpt address=a@b.c next=1 "
	              "verdict=deferred text=\"450 later\"\n103 wait s=60\n104 rcpt address=torn";
	char *at = text, *end = text + strlen(text);
	struct story_line line;
	struct story_rcpt rcpt;
	(void)state;
	assert_true(story_next(&at, end, &line));
	assert_int_equal(line.verb, STORY_ATTEMPT);
	assert_int_equal(line.when_s, 100);
	assert_true(story_next(&at, end, &line));
	assert_int_equal(line.verb, STORY_RCPT);
	story_rcpt(&line, &rcpt);
	assert_string_equal(rcpt.address, "a@b.c");
	assert_true(rcpt.next);
	assert_int_equal(rcpt.d.verdict, VERDICT_DEFERRED);
	assert_string_equal(rcpt.d.text, "450 later");
	assert_true(story_next(&at, end, &line));
	assert_int_equal(line.verb, STORY_WAIT);
	assert_false(story_next(&at, end, &line)); /* the torn line is none */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_first_rule_that_fits_counts),
	    TEST(many_may_be_over_a_limit),
	    TEST(who_is_over_a_limit_waits),
	    TEST(a_nearly_full_disk_is_roots),
	    TEST(one_user_leaves_room_for_others),
	    TEST(what_lies_in_drop_is_counted),
	    TEST(a_share_that_is_used_up_is_like_a_full_disk),
	    TEST(odd_files_refuse_nothing),
	    TEST(errors_of_the_disk_have_keys),
	    TEST(a_name_that_cannot_be_given_leaves_nothing),
	    TEST(a_full_disk_stops_the_writing),
	    TEST(a_story_is_told_in_order),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
