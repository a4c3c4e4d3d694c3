/* probe and route: relay does it, with the rights of the runner, so that what works here works for mail. */
#include "base/compat.h"
#include "base/paths.h"
#include "relayconf/command.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static bool become_firsthop(void)
{
	struct passwd *pw = geteuid() == 0 && !paths_private() ? getpwnam("firsthop") : NULL;
	if (pw == NULL)
		return true;
	return setgroups(0, NULL) == 0 && compat_set_group(pw->pw_gid) == 0 && compat_set_user(pw->pw_uid) == 0;
}

int command_relay(const char *mode, const char *path, const char *smarthost, const char *recipient)
{
	char program[1100];
	snprintf(program, sizeof program, "%s/relay", paths_libexec());
	if (!become_firsthop()) {
		fprintf(stderr, "relayconf: become user firsthop: %s\n", strerror(errno));
		return EX_OSERR;
	}
	fflush(stdout);
	execl(program, "relay", mode, path, smarthost != NULL ? smarthost : "", recipient != NULL ? recipient : "", (char *)NULL);
	fprintf(stderr, "relayconf: %s cannot be started: %s\n", program, strerror(errno));
	return EX_OSFILE;
}

int command_probe(const char *path, const char *smarthost, const char *recipient)
{
	return command_relay("--probe", path, smarthost, recipient);
}
