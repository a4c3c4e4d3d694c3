/* Becoming nobody. */
#include "base/accounts.h"
#include "base/confine.h"
#include "base/compat.h"
#include "base/paths.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MIB \
	512 /* of address space that is no memory: libraries, and what is mapped and not used */

static struct confine_ids ids;
static bool has_root; /* real or saved, while the effective user is the owner */

bool confine_begin(const struct confine_ids *given)
{
	ids = *given;
	has_root = setgroups(1, &ids.owner_gid) == 0 && compat_set_group(ids.owner_gid) == 0 &&
	           compat_set_users(ids.owner_uid, ids.owner_uid, 0) == 0;
	return has_root && geteuid() == ids.owner_uid;
}

bool confine_begin_by_hand(void)
{
	struct confine_ids by_name;
	const struct passwd *pw = geteuid() == 0 && !paths_private() ? getpwnam(ACCOUNT_OWNER) : NULL;
	if (pw == NULL || pw->pw_uid == 0)
		return true;
	by_name.owner_uid = pw->pw_uid;
	by_name.owner_gid = pw->pw_gid;
	pw = getpwnam(ACCOUNT_NETWORK);
	if (pw == NULL || pw->pw_uid == 0)
		return true;
	by_name.uid = pw->pw_uid;
	by_name.gid = pw->pw_gid;
	return confine_begin(&by_name);
}

/* SPOOL/empty: a folder of root's that nobody else can put anything into. */
static bool enter_empty_root(void)
{
	struct stat st;
	TEXT(path, 1100);
	text_printf(&path, "%s/empty", paths_spool());
	int fd = open(path.data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool good = fstat(fd, &st) == 0 && fchdir(fd) == 0;
	close(fd);
	if (good && (st.st_uid != 0 || (st.st_mode & 022))) {
		errno = EPERM;
		good = false;
	}
	return good && chroot(".") == 0 && chdir("/") == 0;
}

static bool become(void)
{
	if (setgroups(1, &ids.gid) != 0 || compat_set_group(ids.gid) != 0 ||
	    compat_set_user(ids.uid) != 0)
		return false;
	errno = EPERM;
	return setuid(0) != 0 && seteuid(ids.owner_uid) != 0;
}

static bool limit(int which, long long most)
{
	struct rlimit l;
	if (getrlimit(which, &l) != 0)
		return false;
	if (l.rlim_max == RLIM_INFINITY || l.rlim_max > (rlim_t)most)
		l.rlim_max = (rlim_t)most;
	l.rlim_cur = l.rlim_max;
	return setrlimit(which, &l) == 0;
}

/* A sanitizer maps terabytes. */
static bool limit_memory(long mib)
{
#ifdef __SANITIZE_ADDRESS__
	(void)mib;
	return true;
#else
	return limit(RLIMIT_DATA, (long long)mib << 20) &&
	       limit(RLIMIT_AS, ((long long)mib + FILES_MIB) << 20);
#endif
}

static bool take_limits(const struct confine_limits *l)
{
	return limit_memory(l->memory_mib) && limit(RLIMIT_CPU, l->cpu_s) &&
	       limit(RLIMIT_NOFILE, l->descriptors) && limit(RLIMIT_FSIZE, l->file_bytes) &&
	       limit(RLIMIT_CORE, 0);
}

/* Nothing of it reaches a terminal or a file that root has open. */
static bool leave_outputs(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	bool good = null >= 0 && dup2(null, STDOUT_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0 &&
	            sandbox_limit(STDOUT_FILENO, SANDBOX_WRITE) &&
	            sandbox_limit(STDERR_FILENO, SANDBOX_WRITE);
	if (null > STDERR_FILENO)
		close(null);
	return good;
}

enum sandbox_result confine_enter(const struct confine_limits *limits)
{
	if (has_root && (!leave_outputs() || seteuid(0) != 0 || !enter_empty_root() || !become()))
		return SANDBOX_FAILED;
	if (!take_limits(limits) || !limit(RLIMIT_NPROC, 0))
		return SANDBOX_FAILED;
	enum sandbox_result result = sandbox_session();
	return result == SANDBOX_NONE && has_root ? SANDBOX_DONE : result;
}

void confine_kill(pid_t child)
{
	bool raised = has_root && geteuid() != 0 && seteuid(0) == 0;
	kill(child, SIGKILL);
	if (raised && seteuid(ids.owner_uid) != 0)
		_exit(1);
}

bool confine_leave_root(void)
{
	if (!has_root || ids.owner_uid == 0)
		return true;
	has_root = false;
	return compat_set_user(ids.owner_uid) == 0 && setuid(0) != 0;
}
