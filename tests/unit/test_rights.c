/* objects: sendmail/runner/rights sendmail/base/text */
/* libs: -Wl,--wrap=getuid,--wrap=geteuid,--wrap=getgid,--wrap=getegid,--wrap=seteuid,--wrap=setgroups,--wrap=stat,--wrap=mkdir,--wrap=chmod,--wrap=chown,--wrap=getrlimit,--wrap=setrlimit,--wrap=setsid,--wrap=dup2,--wrap=alarm,--wrap=signal */
/* How the runner gives rights up: in which order, and that none of these steps can fail and be passed over. */
#include "base/compat.h"
#include "base/log.h"
#include "base/paths.h"
#include "runner/rights.h"
#include "tests/unit/unit.h"
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

extern char **environ;

/* The process as the kernel would see it, the folder mqueue/, and what was asked for. */
static struct world {
	uid_t real, effective, owner;
	gid_t real_group, effective_group, group;
	bool private, no_folder;
	const char *fails;  /* the call that fails */
	rlim_t file_bytes, files;
	char calls[400], logged[400];
	int signals;
} w;
static char *own_environment[] = {"HOSTALIASES=/tmp/evil", NULL}, **left;

static int called(const char *name, long a)
{
	snprintf(w.calls + strlen(w.calls), sizeof w.calls - strlen(w.calls), a < 0 ? "%s " : "%s:%ld ", name, a);
	errno = EPERM;
	return w.fails != NULL && strcmp(name, w.fails) == 0 ? -1 : 0;
}

uid_t __wrap_getuid(void);
uid_t __wrap_geteuid(void);
gid_t __wrap_getgid(void);
gid_t __wrap_getegid(void);
int __wrap_seteuid(uid_t uid);
int __wrap_setgroups(size_t count, const gid_t *list);
int __real_stat(const char *path, struct stat *st);
int __wrap_stat(const char *path, struct stat *st);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_chmod(const char *path, mode_t mode);
int __wrap_chown(const char *path, uid_t uid, gid_t gid);
int __wrap_getrlimit(int which, struct rlimit *limit);
int __wrap_setrlimit(int which, const struct rlimit *limit);
pid_t __wrap_setsid(void);
int __wrap_dup2(int from, int to);
unsigned __wrap_alarm(unsigned seconds);
void (*__wrap_signal(int number, void (*handler)(int)))(int);

uid_t __wrap_getuid(void) { return w.real; }
uid_t __wrap_geteuid(void) { return w.effective; }
gid_t __wrap_getgid(void) { return w.real_group; }
gid_t __wrap_getegid(void) { return w.effective_group; }
int __wrap_mkdir(const char *path, mode_t mode) { (void)path, (void)mode; return called("mkdir", -1); }
int __wrap_chmod(const char *path, mode_t mode) { (void)path; assert_int_equal(mode, 0755); return 0; }
int __wrap_chown(const char *path, uid_t uid, gid_t gid) { (void)path, (void)gid; return called("chown", (long)uid); }
pid_t __wrap_setsid(void) { return called("setsid", -1); }
int __wrap_dup2(int from, int to) { (void)from; return called("null", to); }
unsigned __wrap_alarm(unsigned seconds) { return (unsigned)called("alarm", (long)seconds); }
bool paths_private(void) { return w.private; }
const char *paths_run(void) { return "/var/run/firsthop"; }

void (*__wrap_signal(int number, void (*handler)(int)))(int)
{
	(void)number, (void)handler;
	w.signals++;
	return SIG_DFL;
}

int __wrap_seteuid(uid_t uid)
{
	int failed = called("seteuid", (long)uid);
	if (failed == 0)
		w.effective = uid;
	return failed;
}

int __wrap_setgroups(size_t count, const gid_t *list)
{
	(void)list;
	return called("groups", (long)count);
}

int __wrap_stat(const char *path, struct stat *st)
{
	if (strstr(path, "/mqueue") == NULL)
		return __real_stat(path, st);
	*st = (struct stat){.st_uid = w.owner, .st_gid = w.group};
	errno = ENOENT;
	return w.no_folder ? -1 : 0;
}

int compat_set_group(gid_t gid)
{
	int failed = called("group", (long)gid);
	if (failed == 0)
		w.real_group = w.effective_group = gid;
	return failed;
}

int compat_set_user(uid_t uid)
{
	int failed = called("user", (long)uid);
	if (failed == 0)
		w.real = w.effective = uid;
	return failed;
}

int __wrap_getrlimit(int which, struct rlimit *limit)
{
	rlim_t most = which == RLIMIT_FSIZE ? w.file_bytes : which == RLIMIT_NOFILE ? w.files : RLIM_INFINITY;
	*limit = (struct rlimit){10, most};
	return 0;
}

int __wrap_setrlimit(int which, const struct rlimit *limit)
{
	if (which == RLIMIT_CORE)
		assert_int_equal(limit->rlim_max, 0);
	else
		assert_true(limit->rlim_cur == limit->rlim_max);
	return 0;
}

void log_line(int priority, const char *format, ...)
{
	va_list arguments;
	(void)priority;
	va_start(arguments, format);
	vsnprintf(w.logged, sizeof w.logged, format, arguments);
	va_end(arguments);
}

static int take(const char *spool)
{
	char **before = environ;
	environ = own_environment;
	int code = rights_take(spool);
	left = environ;
	environ = before;
	return code;
}

/* A start by user and effective user; firsthop is user and group 900. */
static void start(uid_t real, uid_t effective, const char *fails, int code, const char *calls)
{
	w = (struct world){.real = real, .effective = effective, .owner = 900, .real_group = real, .effective_group = effective, .group = 900,
	                   .file_bytes = RLIM_INFINITY, .files = 1024, .fails = fails};
	assert_int_equal(take("/spool"), code);
	assert_string_equal(w.calls, calls);
	if (code != EX_OK)
		assert_non_null(strstr(w.logged, strerror(EPERM)));
	/* Whoever goes on has no environment, and no right but the owner's. */
	if (code == EX_OK) {
		assert_null(left[0]);
		assert_true(w.real == 900 && w.effective == 900 && w.real_group == 900 && w.effective_group == 900);
	}
}

static void root_becomes_the_owner(void **state)
{
	(void)state;
	start(0, 0, NULL, EX_OK, "mkdir chown:900 groups:0 group:900 user:900 ");
	assert_string_equal(w.logged, "");
	start(0, 0, "groups", EX_OSERR, "mkdir chown:900 groups:0 ");
	start(0, 0, "group", EX_OSERR, "mkdir chown:900 groups:0 group:900 ");
	start(0, 0, "user", EX_OSERR, "mkdir chown:900 groups:0 group:900 user:900 ");
	start(0, 0, "chown", EX_OK, "mkdir chown:900 groups:0 group:900 user:900 ");
	assert_non_null(strstr(w.logged, "/var/run/firsthop: "));
	/* The program is set-user-id firsthop, and root starts it. */
	start(0, 900, NULL, EX_OK, "seteuid:0 mkdir chown:900 groups:0 group:900 user:900 ");
	start(0, 900, "seteuid", EX_OSERR, "seteuid:0 ");
}

static void lent_rights_stay_no_path_back(void **state)
{
	const char *steps = "group:900 user:900 null:0 null:1 null:2 setsid alarm:0 ";
	(void)state;
	start(1000, 900, NULL, EX_OK, steps);
	assert_true(w.signals >= 29);
	start(1000, 900, "group", EX_OSERR, "group:900 ");
	start(1000, 900, "user", EX_OSERR, "group:900 user:900 ");
}

static int take_in(struct world start)
{
	w = start;
	return take("/spool");
}

static void starts_that_are_refused(void **state)
{
	const struct world lent = {.real = 1000, .effective = 900, .owner = 900, .real_group = 1000, .effective_group = 900, .group = 900,
	                           .file_bytes = RLIM_INFINITY, .files = RLIM_INFINITY};
	struct world s = lent;
	(void)state;
	s.file_bytes = 1000000;
	assert_int_equal(take_in(s), EX_OSERR);
	assert_non_null(strstr(w.logged, "limits of the process that submitted mail are too low"));
	s = lent;
	s.files = 20;
	assert_int_equal(take_in(s), EX_OSERR);
	s = lent;
	s.no_folder = true;
	assert_int_equal(take_in(s), EX_OSFILE);
	assert_non_null(strstr(w.logged, "/spool/mqueue: "));
	/* Set-user-id without its group: it goes on, and says what will not work. */
	s = lent;
	s.effective_group = 1000;
	assert_int_equal(take_in(s), EX_OK);
	assert_non_null(strstr(w.logged, "a password that only the group may read stays closed"));
	/* A queue that belongs to root is a queue without install-rights; nothing ever runs on as root. */
	assert_int_equal(take_in((struct world){.real = 0}), EX_CONFIG);
	assert_string_equal(w.calls, "");
}

static void others(void **state)
{
	(void)state;
	/* The owner, or anybody with a spool of his own: nothing to give up; a private spool keeps its environment, which names it. */
	assert_int_equal(take_in((struct world){.real = 900, .effective = 900, .owner = 900}), EX_OK);
	assert_string_equal(w.calls, "");
	assert_null(left[0]);
	assert_int_equal(take_in((struct world){.real = 1000, .effective = 1000, .owner = 1000, .private = true}), EX_OK);
	assert_ptr_equal(left, own_environment);
	assert_int_equal(take_in((struct world){.real = 0, .owner = 0, .private = true}), EX_OK);
	assert_string_equal(w.calls, "mkdir ");
	w = (struct world){.real = 1000, .effective = 1000, .effective_group = 900};
	assert_true(rights_are_lent());
	w = (struct world){.real = 0, .effective = 900};
	assert_false(rights_are_lent());
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(root_becomes_the_owner), TEST(lent_rights_stay_no_path_back), TEST(starts_that_are_refused), TEST(others)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
