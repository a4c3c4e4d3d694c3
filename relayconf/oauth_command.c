/* oauth: oauth.sh of the installed share folder, which asks the provider with curl(1). */
#include "base/complaint.h"
#include "base/nearest.h"
#include "base/paths.h"
#include "base/text.h"
#include "relayconf/verbs.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

int command_oauth(const char *path, const char *verb, const char *name)
{
	static const char *const verbs[] = {"login", "token", "renew", "status", NULL};
	TEXT(script, 1300);
	TEXT(near, 60);
	bool known = false;
	for (int i = 0; verbs[i] != NULL; i++)
		known = known || strcmp(verbs[i], verb) == 0;
	nearest_ask(&near, nearest_of(verb, verbs));
	if (!known) {
		complaint_say("relayconf", "oauth does login, token, renew or status; not %.40s%s", verb,
		    near.data);
		return EX_USAGE;
	}
	const char *end = strstr(paths_libexec(), "/libexec/");
	int length = end != NULL ? (int)(end - paths_libexec()) : 0;
	text_printf(&script, "%.*s/share/firsthop/oauth.sh", length, paths_libexec());
	if (access(script.data, R_OK) != 0) {
		complaint_say("relayconf", "%s: %s; install firsthop as a whole", script.data,
		    strerror(errno));
		return EX_UNAVAILABLE;
	}
	setenv("FIRSTHOP_CONFIG", path, 1);
	/* Tokens are kept where the group firsthop may write, and a web server is asked: not root's
	 * work. */
	unsetenv("TMPDIR");
	if (!command_become_firsthop()) {
		complaint_say("relayconf", "become the user firsthop: %s", strerror(errno));
		return EX_OSERR;
	}
	execl("/bin/sh", "sh", script.data, verb, name, (char *)NULL);
	complaint_say("relayconf", "/bin/sh: %s", strerror(errno));
	return EX_OSERR;
}
