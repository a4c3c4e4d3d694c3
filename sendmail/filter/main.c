/* filter [UID]: started by the starter, as root, for filters (jobs/process.h), and only
   where a section [filter NAME] asks for it.  On standard input: what filter/filter_orders.h says,
   and then the message.  It needs root for one thing: to become the user of that section, which
   root's configuration names.  It reads that configuration and its orders, becomes the user for
   good (it checks that there is no way back), and then becomes the command: with limits, without
   our environment, in the folder /.  Never root, never the owner of the queue (UID), never the user
   who reads the network: what strangers wrote is looked at here.

   The command's exit code is its verdict; 126 and 127 say that it could not be started, with the
   reason on standard error.  Where the section has a socket in the place of a command, it connects,
   is confined, and asks there itself (filter/consult.h).

   filter --probe NAME, by hand (relayconf check): whether something answers at that socket. */
#include "base/accounts.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/paths.h"
#include "base/version.h"
#include "config/config.h"
#include "filter/consult.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define CANNOT FILTER_EXIT_ABSENT /* as a shell has it: there, and cannot be started */
#define MISSING 127
#define FILES_MAX 256
#define PROBE_S 10

extern char **environ;

struct task {
	struct filter_orders orders;
	long long owner, network; /* who owns the queue, and reads the network: no filter may be they */
	bool probing;
};

static int cannot(int code, const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	return code;
}

/* A file that somebody else may write would let them choose what root starts. */
static const char *config_problem(const char *path)
{
	struct stat st;
	if (geteuid() != 0)
		return NULL;
	if (stat(path, &st) != 0)
		return strerror(errno);
	return st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0
	           ? "no filter is started: others than root may write this file"
	           : NULL;
}

static bool may_be(const struct passwd *pw, const struct task *t)
{
	return pw->pw_uid != 0 && (long long)pw->pw_uid != t->owner &&
	       (long long)pw->pw_uid != t->network;
}

static bool become(const struct passwd *pw)
{
	return initgroups(pw->pw_name, pw->pw_gid) == 0 && compat_set_group(pw->pw_gid) == 0 &&
	       compat_set_user(pw->pw_uid) == 0 && setuid(0) != 0 && geteuid() == pw->pw_uid;
}

/* In a private spool there is one user: whoever has started it all. */
static const char *take_rights(const struct filter *f, struct task *t, const struct passwd **user)
{
	static char words[200];
	if (geteuid() != 0) {
		*user = getpwuid(geteuid());
		return *user != NULL ? NULL : "this user has no name";
	}
	const struct passwd *network = getpwnam(ACCOUNT_NETWORK);
	t->network = network != NULL ? (long long)network->pw_uid : -1;
	*user = getpwnam(f->user);
	if (*user == NULL)
		snprintf(words, sizeof words, "there is no user %s on this machine", f->user);
	else if (!may_be(*user, t))
		snprintf(words, sizeof words, "no filter may be the user %s: name another", f->user);
	else if (!become(*user))
		snprintf(words, sizeof words, "cannot become the user %s: %s", f->user, strerror(errno));
	return words[0] != '\0' ? words : NULL;
}

static void limit(int resource, rlim_t most)
{
	struct rlimit l = {most, most}, now;
	if (getrlimit(resource, &now) == 0 && now.rlim_max != RLIM_INFINITY && now.rlim_max < most)
		l.rlim_cur = l.rlim_max = now.rlim_max;
	setrlimit(resource, &l);
}

static void set_limits(const struct filter *f, bool probing)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_CPU, (rlim_t)f->timeout_s);
	limit(RLIMIT_NOFILE, FILES_MAX);
	/* filters ends what takes too long; this does so when filters is gone. */
	alarm(probing ? PROBE_S : (unsigned)f->timeout_s + 10);
}

static void put_word(char **at, const char *name, const char *value)
{
	size_t size = strlen(name) + strlen(value) + 2;
	*at = mem_alloc(size);
	snprintf(*at, size, "%s=%s", name, value);
}

static int run(const struct filter *f, const struct task *t, const struct passwd *user)
{
	static char copy[sizeof f->command], *words[FILTER_WORDS_MAX + 1], *environment[8];
	put_word(&environment[0], "PATH",
	    "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin");
	put_word(&environment[1], "HOME", user->pw_dir);
	put_word(&environment[2], "USER", user->pw_name);
	put_word(&environment[3], "LOGNAME", user->pw_name);
	put_word(&environment[4], "SENDER", t->orders.sender);
	put_word(&environment[5], "QUEUE_ID", t->orders.id);
	put_word(&environment[6], "LC_ALL", "C");
	filter_words(f, copy, words);
	signal(SIGPIPE, SIG_DFL);
	if (chdir("/") == 0)
		execve(words[0], words, environment);
	return cannot(errno == ENOENT ? MISSING : CANNOT, words[0], strerror(errno));
}

static int become_filter(struct task *t)
{
	static struct config config;
	struct diagnosis d = {0};
	const struct passwd *user = NULL;
	const char *path = paths_config();
	const char *wrong = config_problem(path);
	if (wrong != NULL)
		return cannot(CANNOT, path, wrong);
	if (!config_read(&config, path, &d))
		return cannot(CANNOT, "configuration", d.text);
	const struct filter *f = filter_find(&config, t->orders.name);
	if (f == NULL)
		return cannot(CANNOT, t->orders.name, "there is no filter of this name any more");
	wrong = take_rights(f, t, &user);
	if (wrong != NULL)
		return cannot(CANNOT, f->name, wrong);
	set_limits(f, t->probing);
	if (f->socket[0] == '\0')
		return run(f, t, user);
	return t->probing ? consult_probe(f) : consult(f, &t->orders, config.name);
}

static bool understand(struct task *t, int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--probe") == 0) {
		t->probing = true;
		return text_copy(t->orders.name, sizeof t->orders.name, argv[2]);
	}
	return argc <= 2 && !isatty(STDIN_FILENO) &&
	       (argc < 2 || text_number(argv[1], 1, UINT32_MAX, &t->owner)) &&
	       orders_take(&t->orders, STDIN_FILENO);
}

int main(int argc, char **argv)
{
	static char *nothing[1];
	static struct task t = {.owner = -1};
	if (version_asked(argc, argv))
		return EX_OK;
	if (!paths_private())
		environ = nothing;
	compat_closefrom(STDERR_FILENO + 1);
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	if (!understand(&t, argc, argv)) {
		fprintf(stderr, "filter is started for filters; firsthop.conf(5), section [filter NAME]\n");
		return CANNOT;
	}
	return become_filter(&t);
}
