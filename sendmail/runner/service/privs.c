/* Becoming the owner of the queue.  Root may, with or without a caller who lent the start, anyone
 * else has to be the owner already. */
#include "base/accounts.h"
#include "base/compat.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/text.h"
#include "jobs/process.h"
#include "runner/service/privs.h"
#include "runner/service/starter.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

extern char **environ;

int privs_fail(int code, const char *what)
{
	fprintf(stderr, "runner: %s: %s\n", what, strerror(errno));
	log_line(LOG_ERR, "the runner does not start: %s: %s", what, strerror(errno));
	return code;
}

bool privs_are_lent(void)
{
	return getuid() != 0 && (geteuid() != getuid() || getegid() != getgid());
}

/* As root, while it lasts: the folder for the pid file.  One that systemd made belongs to root. */
static void make_run_folder(uid_t uid, gid_t gid)
{
	struct stat st;
	mkdir(paths_run(), 0755);
	int fd = open(paths_run(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool done = fd >= 0 && fstat(fd, &st) == 0 &&
	            (st.st_uid != 0 || (fchmod(fd, 0755) == 0 && fchown(fd, uid, gid) == 0));
	if (!done)
		log_line(LOG_WARNING, "%s: %s", paths_run(), strerror(errno));
	if (fd >= 0)
		close(fd);
}

static int start_starter(uid_t uid, gid_t gid, bool in_foreground)
{
	const struct passwd *pw = getpwnam(ACCOUNT_NETWORK);
	if (pw == NULL || pw->pw_uid == 0 || pw->pw_uid == uid) {
		fprintf(stderr,
		    "runner: the user %s, who talks with servers, is missing; run \"make install-rights\" "
		    "first\n",
		    ACCOUNT_NETWORK);
		log_line(LOG_ERR,
		    "the runner does not start: the user %s is missing; run \"make install-rights\"",
		    ACCOUNT_NETWORK);
		return EX_CONFIG;
	}
	const struct starter_rights rights = {.uid = uid,
	    .gid = gid,
	    .network_uid = pw->pw_uid,
	    .network_gid = pw->pw_gid};
	int fd = starter_fork(&rights, in_foreground);
	if (fd < 0)
		return privs_fail(EX_OSERR, "start the starter");
	process_use_starter(fd);
	return EX_OK;
}

/* The group of drop/, by which messages are read. */
static gid_t group_of_drop(const char *spool, gid_t otherwise)
{
	struct stat st;
	TEXT(path, 1024);
	text_printf(&path, "%s/drop", spool);
	return stat(path.data, &st) == 0 ? st.st_gid : otherwise;
}

/* What needs root from here on is the starter's.  The group of mqueue/ may list the queue; ours is
 * that of our user, who may read the password. */
static int drop_from_root(const char *spool, const struct stat *owner, bool in_foreground)
{
	uid_t uid = owner->st_uid;
	const struct passwd *pw = paths_private() ? NULL : getpwuid(uid);
	gid_t gid = pw != NULL ? pw->pw_gid : owner->st_gid;
	gid_t drop = group_of_drop(spool, gid);
	make_run_folder(uid, gid);
	int code = paths_private() ? EX_OK : start_starter(uid, gid, in_foreground);
	if (code != EX_OK)
		return code;
	if (setgroups(1, &drop) != 0 || compat_set_group(gid) != 0 || compat_set_user(uid) != 0)
		return privs_fail(EX_OSERR, "become the owner of mqueue/");
	return EX_OK;
}

/* What the runner and its programs need at least; the process that submitted mail may have lowered
 * any of them, for itself or for good. */
static const struct {
	int which;
	const char *name;
	rlim_t needed;
} limits[] = {
    {RLIMIT_FSIZE, "file size", (rlim_t)4 << 30},
    {RLIMIT_NOFILE, "descriptors", 256},
    {RLIMIT_CPU, "processor time", RLIM_INFINITY},
    {RLIMIT_DATA, "memory (data)", (rlim_t)1 << 30},
    {RLIMIT_STACK, "stack", (rlim_t)8 << 20},
#ifdef RLIMIT_AS
    {RLIMIT_AS, "memory (address space)", (rlim_t)4 << 30},
#endif
#ifdef RLIMIT_RSS
    {RLIMIT_RSS, "memory (resident)", (rlim_t)1 << 30},
#endif
#ifdef RLIMIT_NPROC
    {RLIMIT_NPROC, "processes", 256},
#endif
#ifdef RLIMIT_MEMLOCK
    {RLIMIT_MEMLOCK, "locked memory", 65536},
#endif
};

/* As high as it may be; root raises also what was lowered for good.  False when that is not
   enough. */
static bool raise_limit(int which, rlim_t needed)
{
	struct rlimit limit;
	if (getrlimit(which, &limit) != 0)
		return true;
	if (limit.rlim_max < needed)
		limit.rlim_max = needed;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(which, &limit) == 0 ||
	       (getrlimit(which, &limit) == 0 && limit.rlim_cur >= needed);
}

/* A journal that cannot be written would send mail twice, and a relay that cannot be started would
   put off everybody's: a runner that is not given room to work leaves the mail to another one. */
static int raise_limits(void)
{
	struct rlimit none = {0, 0};
	setrlimit(RLIMIT_CORE, &none);
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		TEXT(words, 200);
		text_printf(&words,
		    "the limits of the process that submitted mail are too low (%s); the mail waits for "
		    "another runner",
		    limits[i].name);
		if (!raise_limit(limits[i].which, limits[i].needed))
			return privs_fail(EX_OSERR, words.data);
	}
	return EX_OK;
}

/* Root, wholly: the caller can neither signal this process any more nor be asked for anything. */
static int leave_caller(void)
{
	int null = open("/dev/null", O_RDWR);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && null >= 0; fd++)
		dup2(null, fd);
	if (null > STDERR_FILENO)
		close(null);
	if (setgroups(0, NULL) != 0 || compat_set_group(0) != 0 || compat_set_user(0) != 0)
		return privs_fail(EX_OSERR, "leave the user who submitted mail");
	setsid();
	setpriority(PRIO_PROCESS, 0, 0);
	/* Timers and ignored signals survive exec. */
	alarm(0);
	for (int number = 1; number < 32; number++) {
		if (number != SIGKILL && number != SIGSTOP)
			signal(number,
			    number == SIGALRM || number == SIGVTALRM || number == SIGPROF ? SIG_IGN : SIG_DFL);
	}
	return raise_limits();
}

int privs_take(const char *spool, bool in_foreground)
{
	static char *nothing[1];
	struct stat st;
	int code = EX_OK;
	bool lent = privs_are_lent();
	TEXT(path, 1024);
	text_printf(&path, "%s/mqueue", spool);
	if (stat(path.data, &st) != 0)
		return privs_fail(EX_OSFILE, path.data);
	/* Root's alone is the right to lend: what another user's program could do, that user could
	 * change. */
	if (geteuid() != getuid() && geteuid() != 0) {
		fprintf(stderr, "runner: it is set-user-id, and does not belong to root; run \"make "
		                "install-rights\" first\n");
		return EX_CONFIG;
	}
	if (geteuid() == 0 && st.st_uid == 0 && !paths_private()) {
		fprintf(stderr, "runner: %s belongs to root; run \"make install-rights\" first\n",
		    path.data);
		return EX_CONFIG;
	}
	if (!paths_private())
		environ = nothing; /* before anything else is started */
	if (lent)
		code = leave_caller();
	if (code == EX_OK && geteuid() == 0 && st.st_uid != 0)
		code = drop_from_root(spool, &st, in_foreground && !lent);
	if (paths_private())
		mkdir(paths_run(), 0755);
	return code;
}
