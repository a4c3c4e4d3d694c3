/* Becoming the owner of the queue.  Root may, a set-id start must, anyone else has to be the owner already. */
#include "runner/rights.h"
#include "base/compat.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define FILES_NEEDED 64
#define FILE_BYTES_NEEDED (1u << 30)

extern char **environ;

int rights_fail(int code, const char *what)
{
	fprintf(stderr, "runner: %s: %s\n", what, strerror(errno));
	log_line(LOG_ERR, "the runner does not start: %s: %s", what, strerror(errno));
	return code;
}

bool rights_are_lent(void)
{
	return getuid() != 0 && (geteuid() != getuid() || getegid() != getgid());
}

/* As root, while it lasts: the folder for the pid file. */
static void make_run_folder(uid_t uid, gid_t gid)
{
	if (mkdir(paths_run(), 0755) == 0 && (chmod(paths_run(), 0755) != 0 || chown(paths_run(), uid, gid) != 0))
		log_line(LOG_WARNING, "%s: %s", paths_run(), strerror(errno));
}

static int drop_from_root(const struct stat *owner)
{
	make_run_folder(owner->st_uid, owner->st_gid);
	if (setgroups(0, NULL) != 0 || compat_set_group(owner->st_gid) != 0 || compat_set_user(owner->st_uid) != 0)
		return rights_fail(EX_OSERR, "become the owner of mqueue/");
	return EX_OK;
}

/* As high as it may be; what the caller has lowered for good cannot be raised again. */
static bool raise_limit(int which, rlim_t needed)
{
	struct rlimit limit;
	if (getrlimit(which, &limit) != 0)
		return true;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(which, &limit);
	return limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= needed;
}

/* A journal that cannot be written would send mail twice: a runner that is not given room to work leaves the mail to another one. */
static int leave_caller(void)
{
	struct rlimit none = {0, 0};
	int null = open("/dev/null", O_RDWR);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && null >= 0; fd++)
		dup2(null, fd);
	if (null > STDERR_FILENO)
		close(null);
	setsid();
	/* Timers and ignored signals live on through exec. */
	alarm(0);
	for (int number = 1; number < 32; number++) {
		if (number != SIGKILL && number != SIGSTOP)
			signal(number, number == SIGALRM || number == SIGVTALRM || number == SIGPROF ? SIG_IGN : SIG_DFL);
	}
	setrlimit(RLIMIT_CORE, &none);
	raise_limit(RLIMIT_CPU, 0);
	raise_limit(RLIMIT_DATA, 0);
	raise_limit(RLIMIT_AS, 0);
	if (raise_limit(RLIMIT_FSIZE, FILE_BYTES_NEEDED) && raise_limit(RLIMIT_NOFILE, FILES_NEEDED))
		return EX_OK;
	errno = EFBIG;
	return rights_fail(EX_OSERR, "the limits of the process that submitted mail are too low; the mail waits for another runner");
}

static int take_lent(const struct stat *owner)
{
	if (compat_set_group(getegid()) != 0 || compat_set_user(geteuid()) != 0)
		return rights_fail(EX_OSERR, "become the owner of mqueue/");
	if (getegid() != owner->st_gid)
		log_line(LOG_WARNING, "the runner was started without its group, so a password that only the group may read stays closed: run \"make install-rights DAEMONLESS=yes\"");
	return leave_caller();
}

int rights_take(const char *spool)
{
	static char *nothing[1];
	struct stat st;
	int code = EX_OK;
	bool lent = rights_are_lent();
	TEXT(path, 1024);
	text_printf(&path, "%s/mqueue", spool);
	/* Root who runs the set-id program is root. */
	if (getuid() == 0 && geteuid() != 0 && seteuid(0) != 0)
		return rights_fail(EX_OSERR, "become root again");
	if (stat(path.data, &st) != 0)
		return rights_fail(EX_OSFILE, path.data);
	if (geteuid() == 0 && st.st_uid == 0 && !paths_private()) {
		fprintf(stderr, "runner: %s belongs to root; run \"make install-rights\" first\n", path.data);
		return EX_CONFIG;
	}
	if (geteuid() == 0 && st.st_uid != 0)
		code = drop_from_root(&st);
	else if (lent)
		code = take_lent(&st);
	if (paths_private())
		mkdir(paths_run(), 0755);
	else
		environ = nothing;
	return code;
}
