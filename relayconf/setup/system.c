/* The system around: who is called for "sendmail", and what starts the runner. */
#include "relayconf/setup/setup.h"
#include "base/complaint.h"
#include "base/language.h"
#include "base/output.h"
#include "base/paths.h"
#include "relayconf/helper.h"
#include "relayconf/findings.h"
#include "relayconf/setup/prompt.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A program of the system by its name, with what it says on our standard error. */
static bool run(const char *const words[])
{
	char *argv[8] = {NULL};
	int status = 1;
	for (size_t i = 0; i + 1 < sizeof argv / sizeof argv[0] && words[i] != NULL; i++)
		memcpy(&argv[i], &words[i], sizeof argv[i]);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* True when what the system calls sendmail is ours. */
static bool names_are_ours(void)
{
	struct stat system, ours;
	TEXT(path, 1100);
	text_printf(&path, "%s/sendmail", paths_libexec());
	if (is_there("/usr/sbin/mailwrapper") || is_there("/etc/mail/mailer.conf")) {
		const char *const words[] = {"grep", "-qs", path.data, "/usr/local/etc/mail/mailer.conf",
		    NULL};
		return run(words);
	}
	return stat("/usr/sbin/sendmail", &system) == 0 && stat(path.data, &ours) == 0 &&
	       system.st_ino == ours.st_ino && system.st_dev == ours.st_dev;
}

void system_names(struct setup *s)
{
	TEXT(script, 1200);
	TEXT(libexec, 1200);
	TEXT(prefix, 1200);
	const char *end = strstr(paths_libexec(), "/libexec/");
	if (s->wish->no_names || check_is_elsewhere())
		return;
	if (names_are_ours()) {
		setup_say(TR_LATER("names"),
		    TR("sendmail, mailq and newaliases of the system lead to firsthop"));
		return;
	}
	if (s->asks && !ask_yes(TR("Shall the system's names sendmail, mailq and newaliases lead to "
	                           "firsthop? What is there is kept"),
	                   true)) {
		setup_say(TR_LATER("names"), TR("they stay with another program"));
		return;
	}
	int length = end != NULL ? (int)(end - paths_libexec()) : 0;
	text_printf(&script, "%.*s/share/firsthop/install-links.sh", length, paths_libexec());
	text_printf(&libexec, "LIBEXEC=%s", paths_libexec());
	text_printf(&prefix, "PREFIX=%.*s", length, paths_libexec());
	const char *const words[] = {"env", libexec.data, prefix.data, "sh", script.data, NULL};
	if (is_there(script.data) && run(words))
		setup_say(TR_LATER("names"), TR("they lead to firsthop now"));
	else
		setup_say(TR_LATER("names"),
		    TR("they stay with another program: \"make install-links\" as root, or the "
		       "package, changes that"));
}

static bool systemd_has_unit(void)
{
	static const char *const units[] = {"/usr/lib/systemd/system/firsthop.service",
	    "/lib/systemd/system/firsthop.service", "/usr/local/lib/systemd/system/firsthop.service",
	    "/etc/systemd/system/firsthop.service"};
	for (size_t i = 0; is_there("/run/systemd/system") && i < sizeof units / sizeof units[0]; i++) {
		if (is_there(units[i]))
			return true;
	}
	return false;
}

void system_boot(struct setup *s)
{
	static const char *const enable[] = {"systemctl", "enable", "--now", "firsthop", NULL},
	                         *const rc[] = {"sysrc", "firsthop_enable=YES", "sendmail_enable=NONE",
	                             NULL},
	                         *const start[] = {"service", "firsthop", "start", NULL};
	bool unit = systemd_has_unit(), script = is_there("/usr/local/etc/rc.d/firsthop");
	if (s->wish->no_boot || check_is_elsewhere())
		return;
	if (!unit && !is_there("/run/systemd/system") && !is_there("/etc/rc.subr")) {
		setup_say(TR_LATER("boot"),
		    TR("neither systemd nor rc.d is here: let init, or what starts this container, run "
		       "\"sendmail -bd -q1m\" as root"));
		return;
	}
	if (!unit && !script) {
		setup_say(TR_LATER("boot"),
		    TR("nothing starts firsthop with the machine: \"make install-boot\" as root, "
		       "or the package, puts a unit or an rc.d script in place"));
		return;
	}
	if (s->asks && !ask_yes(TR("Shall firsthop start with the machine?"), true))
		return;
	bool done = unit ? run(enable) : run(rc);
	if (done && !unit)
		run(start);
	setup_say(TR_LATER("boot"), done ? TR("firsthop starts with the machine")
	                                 : TR("it could not be switched on; see above"));
}

static bool runner_lives(void)
{
	TEXT(path, 1100);
	text_printf(&path, "%s/mqueue/runner.lock", paths_spool());
	int fd = open(path.data, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	bool held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	return held;
}

/* One that runs reads the new configuration by itself, within a second. */
bool system_runner(struct setup *s)
{
	const struct timespec pause = {.tv_sec = 1, .tv_nsec = 500000000};
	(void)s;
	if (!runner_lives() &&
	    helper_run("sendmail", (const char *const[]){"sendmail", "-bd", "-q1m", NULL}, NULL,
	        NULL) != 0) {
		complaint_say("relayconf", "the runner could not be started; see above");
		return false;
	}
	nanosleep(&pause, NULL);
	setup_say(TR_LATER("runner"),
	    runner_lives() ? TR("it is running") : TR("it is not running; see the mail log"));
	return true;
}
