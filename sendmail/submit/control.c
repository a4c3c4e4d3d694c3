/* Starting the other programs, without the group that this one is installed with. */
#include "submit/control.h"
#include "base/paths.h"
#include "spool/lock.h"
#include "submit/setup.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static int start(const char *program, const char *argument, const char *second)
{
	char path[1024];
	const char *argv[] = {program, argument, argument != NULL ? second : NULL, NULL};
	char *copy[4] = {NULL};
	snprintf(path, sizeof path, "%s/%s", paths_libexec(), program);
	setup_group_give_up();
	memcpy(copy, argv, sizeof copy);
	execv(path, copy);
	fprintf(stderr, "sendmail: %s could not be started: %s\n", path, strerror(errno));
	return errno == EACCES ? EX_NOPERM : EX_OSFILE;
}

int control_list(const char *format_argument)
{
	return start("mailq", format_argument, NULL);
}

int control_aliases(void)
{
	return start("newaliases", NULL, NULL);
}

int control_daemon(bool foreground)
{
	if (getuid() != 0 && !paths_private()) {
		fprintf(stderr, "sendmail: only root may start the runner (the program that delivers what is queued)\n");
		return EX_NOPERM;
	}
	return start("runner", "--stay", foreground ? "--foreground" : NULL);
}

int control_run(void)
{
	if (getuid() == 0 || paths_private())
		return start("runner", "--once", NULL);
	switch (lock_kick(paths_spool())) {
	case KICK_DONE:
		printf("The runner was woken and looks for new mail; mail that waits for its next attempt keeps its time.\n"
		       "Only root can try everything at once.\n");
		return EX_OK;
	case KICK_NOBODY:
		fprintf(stderr, "sendmail: no runner lives; root starts it with \"sendmail -bd -q1m\"\n");
		return EX_UNAVAILABLE;
	default:
		fprintf(stderr, "sendmail: %s/trigger: %s\n", paths_spool(), strerror(errno));
		return EX_NOPERM;
	}
}

int control_hoststat(void)
{
	printf("The state of the smarthosts stands in mailq(1), under each message that waits for them.\n");
	return EX_OK;
}
