/* Whose file, by whose way: what is opened and what is not.  Needs root, who can be everybody. */
#include "base/way.h"
#include "tests/unit/unit.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANN 4001
#define BOB 4002
#define RUNNER 4003

static char base[64];

static void at(char *path, size_t size, const char *name)
{
	snprintf(path, size, "%s/%s", base, name);
}

static void folder(const char *name, uid_t uid, mode_t mode)
{
	char path[200];
	at(path, sizeof path, name);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chown(path, uid, uid), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void file(const char *name, uid_t uid, gid_t gid, mode_t mode)
{
	char path[200];
	at(path, sizeof path, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(fchown(fd, uid, gid), 0);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void lead(const char *name, const char *target, uid_t uid)
{
	char path[200], whole[200];
	at(path, sizeof path, name);
	at(whole, sizeof whole, target);
	assert_int_equal(symlink(*target == '.' ? target : whole, path), 0);
	assert_int_equal(lchown(path, uid, uid), 0);
}

static void second_name(const char *from, const char *to)
{
	char a[200], b[200];
	at(a, sizeof a, from);
	at(b, sizeof b, to);
	assert_int_equal(link(a, b), 0);
}

/* As the runner's user sees it, or root. */
static int try(const char *name, uid_t admin, uid_t as)
{
	char path[200];
	struct stat st;
	TEXT(why, 300);
	at(path, sizeof path, name);
	assert_true(as == 0 || (setegid(RUNNER) == 0 && seteuid(as) == 0));
	int fd = way_open(path, admin, &st, &why);
	int error = fd < 0 ? errno : 0;
	assert_true(as == 0 || (seteuid(0) == 0 && setegid(0) == 0));
	if (fd >= 0)
		close(fd);
	assert_true(fd >= 0 || why.length > 0);
	return error;
}

static int setup(void **state)
{
	(void)state;
	snprintf(base, sizeof base, "/tmp/way.XXXXXX");
	if (geteuid() != 0 || mkdtemp(base) == NULL)
		return 0;
	chmod(base, 0755);
	folder("etc", 0, 0755);
	file("etc/aliases", 0, 0, 0644);
	file("etc/secret", 0, RUNNER, 0640);
	lead("etc/link", "etc/aliases", 0);
	lead("etc/beside", "./aliases", 0);
	lead("etc/round", "etc/round", 0);
	lead("etc/way", "home/ann", 0);
	folder("home", 0, 0755);
	folder("home/ann", ANN, 0755);
	file("home/ann/list", ANN, ANN, 0644);
	file("home/ann/of_root", 0, 0, 0644);
	file("home/ann/of_bob", BOB, BOB, 0644);
	lead("home/ann/secret", "etc/secret", ANN);
	lead("home/ann/rooted", "etc/secret", 0);
	lead("home/ann/own", "home/ann/list", ANN);
	lead("home/ann/etc", "etc", ANN);
	second_name("etc/secret", "home/ann/second");
	folder("home/ann/of_bob.d", BOB, 0755);
	file("home/ann/of_bob.d/list", BOB, BOB, 0644);
	file("home/ann/of_bob.d/of_ann", ANN, ANN, 0644);
	folder("tmp", 0, 01777);
	file("tmp/of_ann", ANN, ANN, 0644);
	file("tmp/of_root", 0, 0, 0644);
	folder("tmp/root.d", 0, 0755);
	file("tmp/root.d/list", 0, 0, 0644);
	second_name("etc/aliases", "tmp/second");
	lead("tmp/link", "etc/aliases", ANN);
	folder("open", 0, 0777);
	file("open/of_root", 0, 0, 0644);
	folder("group", 0, 0755);
	char path[200];
	at(path, sizeof path, "group");
	assert_int_equal(chown(path, 0, ANN), 0);
	assert_int_equal(chmod(path, 0775), 0);
	file("group/aliases", 0, 0, 0644);
	file("group/secret", 0, RUNNER, 0640);
	second_name("etc/secret", "group/second");
	folder("runner", RUNNER, 0700);
	file("runner/own", RUNNER, RUNNER, 0600);
	return 0;
}

static int teardown(void **state)
{
	char command[100];
	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", base);
	return geteuid() == 0 ? system(command) : 0;
}

static void ways(void **state)
{
	static const struct {
		const char *name;
		uid_t admin;
		int error;
	} rows[] = {
	    {"etc/aliases", 0, 0},
	    {"etc/secret", 0, 0},
	    {"etc/link", 0, 0},
	    {"etc/beside", 0, 0},
	    {"etc//./../etc/aliases", 0, 0},
	    {"etc", 0, 0},
	    {"etc/round", 0, ELOOP},
	    {"etc/none", 0, ENOENT},
	    {"none/none", 0, ENOENT},
	    {"home/ann/list", 0, 0},
	    {"etc/way/list", 0, 0},
	    {"home/ann/of_root", 0, EPERM},
	    {"home/ann/of_bob", 0, EPERM},
	    {"home/ann/secret", 0, EPERM},
	    {"home/ann/rooted", 0, EPERM},
	    {"home/ann/own", 0, EPERM},
	    {"home/ann/etc/secret", 0, EPERM},
	    {"home/ann/etc/aliases", 0, EPERM},
	    {"home/ann/second", 0, EPERM},
	    {"etc/way/secret", 0, EPERM},
	    {"home/ann/of_bob.d/list", 0, EPERM},
	    {"home/ann/of_bob.d/of_ann", 0, EPERM},
	    {"tmp/of_ann", 0, 0},
	    {"tmp/of_root", 0, 0},
	    {"tmp/root.d/list", 0, 0},
	    {"tmp/second", 0, EPERM},
	    {"tmp/link", 0, EPERM},
	    {"open/of_root", 0, EPERM},
	    {"group/aliases", 0, 0},
	    {"group/second", 0, EPERM},
	    /* What Ann wrote into a table of her own. */
	    {"etc/secret", ANN, EPERM},
	    {"etc/aliases", ANN, 0},
	    {"home/ann/list", ANN, 0},
	    {"home/ann/own", ANN, 0},
	    {"home/ann/secret", ANN, EPERM},
	    {"home/ann/second", ANN, EPERM},
	};
	(void)state;
	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int error = try(rows[i].name, rows[i].admin, RUNNER);
		if (error != rows[i].error)
			fail_msg("%s, written by %u: %s, not %s", rows[i].name, (unsigned)rows[i].admin,
			    strerror(error), strerror(rows[i].error));
		int as_root = try(rows[i].name, rows[i].admin, 0);
		if (as_root != rows[i].error)
			fail_msg("%s, written by %u, as root: %s, not %s", rows[i].name,
			    (unsigned)rows[i].admin, strerror(as_root), strerror(rows[i].error));
	}
	assert_int_equal(try("runner/own", 0, RUNNER), 0);
	char path[200];
	struct stat st;
	TEXT(why, 300);
	at(path, sizeof path, "home/ann/secret");
	assert_int_equal(way_open(path, 0, &st, &why), -1);
	assert_string_equal(why.data,
	    "a link on the way to it is one of uid 4001, who could let it lead anywhere");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(ways)};
	return cmocka_run_group_tests(tests, setup, teardown);
}
