/* objects: sendmail/runner/service/privs */
/* libs: -Wl,--wrap=getuid,--wrap=geteuid,--wrap=getgid,--wrap=getegid,--wrap=setpriority,--wrap=getpwnam,--wrap=getpwuid,--wrap=setgroups,--wrap=stat,--wrap=mkdir,--wrap=fchmod,--wrap=fchown,--wrap=getrlimit,--wrap=setrlimit,--wrap=setsid,--wrap=dup2,--wrap=alarm,--wrap=signal */
/* How the runner gives rights up: in which order, and that none of these steps can fail and be
 * passed over. */
#include "base/compat.h"
#include "base/log.h"
#include "base/paths.h"
#include "jobs/process.h"
#include "runner/service/privs.h"
#include "runner/service/starter.h"
#include "tests/unit/unit.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
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
	bool private, no_folder, shown, no_network;
	uid_t network;     /* fhnet */
	const char *fails; /* the call that fails */
	int low; /* a limit that the caller has lowered for good, and whether that stays; -1 = none */
	bool stays_low;
	int raised;
	char calls[400], logged[400];
	int signals;
} w;
static char *own_environment[] = {"HOSTALIASES=/tmp/evil", NULL}, **left;

static int called(const char *name, long a)
{
	snprintf(w.calls + strlen(w.calls), sizeof w.calls - strlen(w.calls), a < 0 ? "%s " : "%s:%ld ",
	    name, a);
	errno = EPERM;
	return w.fails != NULL && strcmp(name, w.fails) == 0 ? -1 : 0;
}

uid_t __wrap_getuid(void);
uid_t __wrap_geteuid(void);
gid_t __wrap_getgid(void);
gid_t __wrap_getegid(void);
int __wrap_setpriority(int which, id_t who, int value);
struct passwd *__wrap_getpwnam(const char *name);
struct passwd *__wrap_getpwuid(uid_t uid);
int __wrap_setgroups(size_t count, const gid_t *list);
int __real_stat(const char *path, struct stat *st);
int __wrap_stat(const char *path, struct stat *st);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
int __wrap_fchown(int fd, uid_t uid, gid_t gid);
int __wrap_getrlimit(int which, struct rlimit *limit);
int __wrap_setrlimit(int which, const struct rlimit *limit);
pid_t __wrap_setsid(void);
int __wrap_dup2(int from, int to);
unsigned __wrap_alarm(unsigned seconds);
void (*__wrap_signal(int number, void (*handler)(int)))(int);

uid_t __wrap_getuid(void)
{
	return w.real;
}
uid_t __wrap_geteuid(void)
{
	return w.effective;
}
gid_t __wrap_getgid(void)
{
	return w.real_group;
}
gid_t __wrap_getegid(void)
{
	return w.effective_group;
}
int __wrap_mkdir(const char *path, mode_t mode)
{
	(void)path, (void)mode;
	return called("mkdir", -1);
}
int __wrap_setpriority(int which, id_t who, int value)
{
	(void)which, (void)who;
	return called("nice", value);
}
int __wrap_fchmod(int fd, mode_t mode)
{
	(void)fd;
	assert_int_equal(mode, 0755);
	return 0;
}
int __wrap_fchown(int fd, uid_t uid, gid_t gid)
{
	(void)fd;
	assert_int_equal(uid, 900);
	assert_int_equal(gid, 900);
	return 0;
}

/* mqueue/ has the group of those who may list it. */
struct passwd *__wrap_getpwuid(uid_t uid)
{
	static struct passwd pw;
	assert_int_equal(uid, 900);
	pw = (struct passwd){.pw_uid = 900, .pw_gid = 900};
	return &pw;
}

struct passwd *__wrap_getpwnam(const char *name)
{
	static struct passwd pw;
	assert_string_equal(name, "fhnet");
	pw = (struct passwd){.pw_uid = w.network, .pw_gid = 902};
	return w.no_network ? NULL : &pw;
}

void process_use_starter(int fd)
{
	called("use", fd);
}
pid_t __wrap_setsid(void)
{
	return called("setsid", -1);
}
int __wrap_dup2(int from, int to)
{
	(void)from;
	return called("null", to);
}
unsigned __wrap_alarm(unsigned seconds)
{
	return (unsigned)called("alarm", (long)seconds);
}
bool paths_private(void)
{
	return w.private;
}
const char *paths_run(void)
{
	return ".";
}

void (*__wrap_signal(int number, void (*handler)(int)))(int)
{
	(void)number, (void)handler;
	w.signals++;
	return SIG_DFL;
}

/* The starter keeps what the runner gives up: it is there before. */
int starter_fork(const struct starter_rights *rights, bool in_foreground)
{
	assert_int_equal(w.effective, 0);
	assert_int_equal(rights->uid, 900);
	assert_int_equal(rights->gid, 900);
	assert_int_equal(rights->network_uid, 901);
	assert_int_equal(rights->network_gid, 902);
	return called(in_foreground ? "starter-shown" : "starter", -1) == 0 ? 7 : -1;
}

int __wrap_setgroups(size_t count, const gid_t *list)
{
	if (count > 0)
		assert_int_equal(list[0], 905);
	return called("groups", (long)count);
}

int __wrap_stat(const char *path, struct stat *st)
{
	if (strstr(path, "/drop") != NULL) {
		*st = (struct stat){.st_uid = w.owner, .st_gid = 905};
		return 0;
	}
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
	*limit = (struct rlimit){10, which == w.low ? 20 : RLIM_INFINITY};
	return 0;
}

int __wrap_setrlimit(int which, const struct rlimit *limit)
{
	if (which == RLIMIT_CORE)
		assert_int_equal(limit->rlim_max, 0);
	else
		assert_true(limit->rlim_cur == limit->rlim_max && limit->rlim_max > 20);
	w.raised += which == w.low;
	errno = EPERM;
	return which == w.low && w.stays_low ? -1 : 0;
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
	w.network = w.network != 0 ? w.network : 901;
	char **before = environ;
	environ = own_environment;
	int code = privs_take(spool, w.shown);
	left = environ;
	environ = before;
	return code;
}

/* A start by user and effective user; firsthop is user and group 900. */
static void start(uid_t real, uid_t effective, const char *fails, int code, const char *calls)
{
	w = (struct world){.real = real,
	    .effective = effective,
	    .owner = 900,
	    .real_group = real,
	    .effective_group = real,
	    .group = 904,
	    .low = -1,
	    .fails = fails};
	assert_int_equal(take("/spool"), code);
	assert_string_equal(w.calls, calls);
	if (code != EX_OK)
		assert_non_null(strstr(w.logged, strerror(EPERM)));
	/* Whoever goes on has no environment, and no right but the owner's. */
	if (code == EX_OK) {
		assert_null(left[0]);
		assert_true(
		    w.real == 900 && w.effective == 900 && w.real_group == 900 && w.effective_group == 900);
	}
}

static void root_becomes_the_owner(void **state)
{
	(void)state;
	start(0, 0, NULL, EX_OK, "mkdir starter use:7 groups:1 group:900 user:900 ");
	assert_string_equal(w.logged, "");
	start(0, 0, "starter", EX_OSERR, "mkdir starter ");
	start(0, 0, "groups", EX_OSERR, "mkdir starter use:7 groups:1 ");
	start(0, 0, "group", EX_OSERR, "mkdir starter use:7 groups:1 group:900 ");
	start(0, 0, "user", EX_OSERR, "mkdir starter use:7 groups:1 group:900 user:900 ");
	w = (struct world){.owner = 900, .group = 904, .shown = true, .low = -1};
	assert_int_equal(take("/spool"), EX_OK);
	assert_non_null(strstr(w.calls, "starter-shown "));
}

/* The set-user-id bit is root's: it becomes root wholly before it looks at anything of its
   caller. */
static void lent_rights_stay_no_path_back(void **state)
{
	(void)state;
	start(1000, 0, NULL, EX_OK,
	    "null:0 null:1 null:2 groups:0 group:0 user:0 setsid nice:0 alarm:0 mkdir starter use:7 "
	    "groups:1 group:900 user:900 ");
	assert_true(w.signals >= 29);
	start(1000, 0, "groups", EX_OSERR, "null:0 null:1 null:2 groups:0 ");
	start(1000, 0, "group", EX_OSERR, "null:0 null:1 null:2 groups:0 group:0 ");
	start(1000, 0, "user", EX_OSERR, "null:0 null:1 null:2 groups:0 group:0 user:0 ");
	start(1000, 0, "starter", EX_OSERR,
	    "null:0 null:1 null:2 groups:0 group:0 user:0 setsid nice:0 alarm:0 mkdir starter ");
}

static int take_in(struct world start)
{
	w = start;
	return take("/spool");
}

static void limits_of_the_caller(void **state)
{
	static const int each[] = {RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_NOFILE,
	    RLIMIT_AS, RLIMIT_RSS, RLIMIT_NPROC, RLIMIT_MEMLOCK};
	struct world s = {.real = 1000,
	    .owner = 900,
	    .real_group = 1000,
	    .effective_group = 1000,
	    .group = 904};
	(void)state;
	for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
		s.low = each[i];
		s.stays_low = false;
		assert_int_equal(take_in(s), EX_OK);
		assert_int_equal(w.raised, 1);
		s.stays_low = true;
		assert_int_equal(take_in(s), EX_OSERR);
		assert_non_null(
		    strstr(w.logged, "limits of the process that submitted mail are too low ("));
		assert_null(strstr(w.calls, "starter"));
	}
}

static void starts_that_are_refused(void **state)
{
	(void)state;
	assert_int_equal(take_in(
	                     (struct world){.real = 1000, .owner = 900, .low = -1, .no_folder = true}),
	    EX_OSFILE);
	assert_non_null(strstr(w.logged, "/spool/mqueue: "));
	/* Set-user-id firsthop, as it was installed once: whoever has that user could change it. */
	assert_int_equal(take_in(
	                     (struct world){.real = 1000, .effective = 900, .owner = 900, .low = -1}),
	    EX_CONFIG);
	assert_int_equal(take_in((struct world){.real = 0, .effective = 900, .owner = 900, .low = -1}),
	    EX_CONFIG);
	/* Without a user of its own, or with the queue's, no process may read what a server says. */
	assert_int_equal(take_in(
	                     (struct world){.owner = 900, .group = 904, .low = -1, .no_network = true}),
	    EX_CONFIG);
	assert_int_equal(take_in((struct world){.owner = 900, .group = 904, .low = -1, .network = 900}),
	    EX_CONFIG);
	assert_non_null(strstr(w.logged, "the user fhnet is missing"));
	assert_null(strstr(w.calls, "starter"));
	/* A queue that belongs to root is a queue without install-rights; nothing ever runs on as
	   root. */
	assert_int_equal(take_in((struct world){.real = 0, .low = -1}), EX_CONFIG);
	assert_int_equal(take_in((struct world){.real = 1000, .low = -1}), EX_CONFIG);
	assert_string_equal(w.calls, "");
}

static void others(void **state)
{
	(void)state;
	/* The owner, or anybody with a spool of their own: nothing to give up; a private spool keeps
	 * its environment, which names it. */
	assert_int_equal(take_in((struct world){.real = 900, .effective = 900, .owner = 900}), EX_OK);
	assert_string_equal(w.calls, "");
	assert_null(left[0]);
	assert_int_equal(take_in((struct world){.real = 1000,
	                     .effective = 1000,
	                     .owner = 1000,
	                     .private = true}),
	    EX_OK);
	assert_ptr_equal(left, own_environment);
	assert_int_equal(take_in((struct world){.real = 0, .owner = 0, .private = true}), EX_OK);
	assert_string_equal(w.calls, "mkdir ");
	/* Root with a private spool of another user: becomes that user, and starts everything
	   itself. */
	assert_int_equal(take_in(
	                     (struct world){.real = 0, .owner = 900, .group = 900, .private = true}),
	    EX_OK);
	assert_null(strstr(w.calls, "starter"));
	assert_int_equal(w.effective, 900);
	w = (struct world){.real = 1000, .effective = 1000, .effective_group = 900};
	assert_true(privs_are_lent());
	w = (struct world){.real = 0, .effective = 900};
	assert_false(privs_are_lent());
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(root_becomes_the_owner),
	    TEST(lent_rights_stay_no_path_back), TEST(limits_of_the_caller),
	    TEST(starts_that_are_refused), TEST(others)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
