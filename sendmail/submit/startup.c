/* Process hygiene. */
#include "submit/startup.h"
#include "base/compat.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

extern char **environ;

static struct drop *unfinished;
static volatile sig_atomic_t stored;
static gid_t raised_gid, caller_gid;

/* A closed descriptor 0 to 2 would be given to the next file opened, and messages would be written
 * into it. */
static void startup_descriptors(void)
{
	int fd;
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0 && fcntl(STDERR_FILENO, F_GETFD) < 0)
		_exit(EX_OSERR);
	compat_closefrom(STDERR_FILENO + 1);
}

/* The part of the gecos field before the first comma; '&' means the login name. */
static void set_gecos(struct caller *c, const char *gecos)
{
	struct text t;
	text_init(&t, c->fullname, sizeof c->fullname);
	for (; *gecos != '\0' && *gecos != ','; gecos++) {
		if (*gecos != '&') {
			text_char(&t, *gecos);
		} else if (c->login[0] != '\0') {
			text_char(&t,
			    (char)(c->login[0] >= 'a' && c->login[0] <= 'z' ? c->login[0] - 32 : c->login[0]));
			text_put(&t, c->login + 1);
		}
	}
}

static void read_caller(struct caller *c)
{
	struct passwd *pw = getpwuid(getuid());
	*c = (struct caller){.set_id = getegid() != getgid() || geteuid() != getuid()};
	if (pw != NULL) {
		text_copy(c->login, sizeof c->login, pw->pw_name);
		set_gecos(c, pw->pw_gecos != NULL ? pw->pw_gecos : "");
	} else {
		snprintf(c->login, sizeof c->login, "uid%lu", (unsigned long)getuid());
	}
	const char *name = getenv("NAME");
	if (name != NULL && *name != '\0' && strlen(name) < sizeof c->fullname)
		text_copy(c->fullname, sizeof c->fullname, name);
	if (text_has_control(c->fullname))
		c->fullname[0] = '\0';
	compat_parent_name(c->program, sizeof c->program);
	if (text_has_control(c->program))
		c->program[0] = '\0';
}

static void cut_environment(void)
{
	static char zone[128];
	static char *kept[2];
	const char *tz = getenv("TZ");
	/* A zone that names a file of its own choice is the caller's way to make us read it. */
	if (tz != NULL && tz[0] != '/' && tz[0] != ':' && strstr(tz, "..") == NULL &&
	    strlen(tz) < sizeof zone - 3) {
		snprintf(zone, sizeof zone, "TZ=%s", tz);
		kept[0] = zone;
	}
	environ = kept;
}

void startup_process(struct caller *c)
{
	struct rlimit no_core = {0, 0};
	startup_descriptors();
	umask(022);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	/* Whoever ignores it hands that on, and then no exit status could be had of what is started
	 * here. */
	signal(SIGCHLD, SIG_DFL);
	raised_gid = getegid();
	caller_gid = getgid();
	read_caller(c);
	if (!c->set_id)
		return;
	setrlimit(RLIMIT_CORE, &no_core);
	cut_environment();
}

static void leave(int signal_number)
{
	(void)signal_number;
	if (stored)
		_exit(EX_OK);
	if (unfinished != NULL)
		drop_abandon(unfinished);
	_exit(EX_IOERR);
}

void startup_signals(struct drop *d)
{
	struct sigaction action = {.sa_handler = leave};
	static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
	unfinished = d;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		struct sigaction old;
		/* nohup(1) and cron may have switched a signal off; so it stays. */
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	}
}

void startup_signals_stored(void)
{
	stored = 1;
}

/* A group that the kernel does not let us have: the caller's own has no number in this user
 * namespace. */
static void fail_group(void)
{
	fprintf(stderr,
	    "sendmail: the group of the caller (gid %lu) cannot be set: %s. In a container or another "
	    "user namespace that group must be mapped (podman: --gidmap, --group-add keep-groups; "
	    "/etc/subgid), or this program installed there without the set-group-id bit. Nothing was "
	    "done; a message was NOT accepted\n",
	    (unsigned long)caller_gid, strerror(errno));
	_exit(EX_OSERR);
}

void startup_group_aside(void)
{
	if (raised_gid != caller_gid && setegid(caller_gid) != 0)
		fail_group();
}

bool startup_group_back(void)
{
	return raised_gid == caller_gid || setegid(raised_gid) == 0;
}

void startup_group_give_up(void)
{
	if (raised_gid != caller_gid && compat_set_group(caller_gid) != 0)
		fail_group();
}
