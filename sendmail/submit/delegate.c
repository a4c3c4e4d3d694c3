/* Starting the other programs, without the group that this one is installed with. */
#include "submit/delegate.h"
#include "base/mem.h"
#include "base/paths.h"
#include "spool/trigger.h"
#include "submit/progress.h"
#include "submit/startup.h"
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

/* argv without the program's name, NULL after it. */
static int start(const char *program, const char *const *arguments)
{
	char path[1024];
	const char *argv[OPTIONS_CHOICES_MAX + 8] = {program};
	for (size_t i = 0; arguments[i] != NULL; i++)
		argv[i + 1] = arguments[i];
	snprintf(path, sizeof path, "%s/%s", paths_libexec(), program);
	startup_group_give_up();
	execv(path, (char **)(uintptr_t)argv);
	fprintf(stderr, "sendmail: %s could not be started: %s\n", path, strerror(errno));
	return errno == EACCES ? EX_NOPERM : EX_OSFILE;
}

static int start_with(const char *program, const char *first, const char *second)
{
	return start(program, (const char *const[]){first, first != NULL ? second : NULL, NULL});
}

/* The queue, or the messages of it that -q[!]X names. */
static int start_mailq(const struct options *o, const char *first, const char *second)
{
	const char *arguments[OPTIONS_CHOICES_MAX + 4];
	char words[OPTIONS_CHOICES_MAX][300];
	int count = 0;
	if (first != NULL)
		arguments[count++] = first;
	if (second != NULL)
		arguments[count++] = second;
	for (int i = 0; i < o->choice_count; i++) {
		snprintf(words[i], sizeof words[i], "-q%s", o->choices[i]);
		arguments[count++] = words[i];
	}
	if (o->verbose)
		arguments[count++] = "-v";
	arguments[count] = NULL;
	return start("mailq", arguments);
}

int delegate_list(const struct options *o)
{
	if (o->lost_queue)
		return puts("\t\tTotal requests: 0") < 0 ? EX_IOERR : EX_OK;
	if (o->client_queue)
		return start_mailq(o, "-Ac", NULL);
	return start_mailq(o,
	    o->mode == MODE_COUNT ? "-bP"
	    : o->mode == MODE_IDS ? "-bpi"
	                          : NULL,
	    NULL);
}

int delegate_aliases(const struct options *o)
{
	return start_with("newaliases", o->aliases, NULL);
}

/* relayconf(8) applies aliases and rules, with the rights of the caller. */
int delegate_route(const struct options *o)
{
	if (o->recipient_count == 0 && o->mode == MODE_VERIFY) {
		fprintf(stderr, "sendmail: -bv needs addresses as arguments\n");
		return EX_USAGE;
	}
	const char **arguments = mem_alloc((size_t)(o->recipient_count + 8) * sizeof *arguments);
	char path[1024];
	int count = 1;
	arguments[0] = "relayconf";
	if (o->config != NULL) {
		arguments[count++] = "-C";
		arguments[count++] = o->config;
	}
	arguments[count++] = "route";
	if (o->sender_given) {
		arguments[count++] = "-f";
		arguments[count++] = o->sender;
	}
	for (int i = 0; i < o->recipient_count; i++)
		arguments[count++] = o->recipients[i];
	if (o->recipient_count == 0 && o->mode == MODE_TEST)
		arguments[count++] = "-";
	snprintf(path, sizeof path, "%s/relayconf", paths_libexec());
	startup_group_give_up();
	execv(path, (char **)(uintptr_t)arguments);
	fprintf(stderr, "sendmail: %s could not be started: %s\n", path, strerror(errno));
	return EX_OSFILE;
}

int delegate_version(const struct options *o)
{
	char path[1024];
	printf("firsthop %s\n", FH_VERSION);
	fflush(stdout);
	snprintf(path, sizeof path, "%s/relayconf", paths_libexec());
	startup_group_give_up();
	execl(path, "relayconf", "-C", o->config != NULL ? o->config : paths_config(), "check",
	    (char *)NULL);
	fprintf(stderr, "sendmail: %s could not be started: %s\n", path, strerror(errno));
	return EX_OSFILE;
}

int delegate_daemon(bool foreground)
{
	if (getuid() != 0 && !paths_private()) {
		fprintf(stderr, "sendmail: only root may start the runner (the program that delivers what "
		                "is queued)\n");
		return EX_NOPERM;
	}
	return start_with("runner", "--stay", foreground ? "--foreground" : NULL);
}

/* A pass, and how far it has come: it may need minutes. */
static int run_and_watch(void)
{
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		_exit(start_with("runner", "--once", NULL));
	return pid > 0 ? progress_wait(pid) : EX_OSERR;
}

/* A pass, and then what is left of the queue with the reasons. */
static int run_and_list(void)
{
	static const struct options all = {.mode = MODE_LIST, .verbose = true};
	int status = 1;
	pid_t pid = fork();
	if (pid == 0)
		_exit(start_with("runner", "--once", NULL));
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return EX_OSERR;
	return WEXITSTATUS(status) != EX_OK ? WEXITSTATUS(status) : start_mailq(&all, NULL, NULL);
}

/* What waits in drop/ would be the queue of its own that -Ac means: a staying runner takes it up
 * when it is woken. */
int delegate_run(const struct options *o)
{
	bool may_all = getuid() == 0 || paths_private();
	if (o->lost_queue)
		return EX_OK;
	if (o->choice_count > 0)
		return start_mailq(o, "--pass", NULL);
	if (may_all && !o->client_queue && o->verbose)
		return run_and_list();
	if (may_all && !o->client_queue)
		return isatty(STDERR_FILENO) == 1 ? run_and_watch() : start_with("runner", "--once", NULL);
	switch (trigger_wake(paths_spool())) {
	case WAKE_DONE:
		if (!o->client_queue)
			printf("The runner was woken and looks for new mail; mail that waits for its next "
			       "attempt keeps its time.\n"
			       "Only root can try everything at once.\n");
		return EX_OK;
	case WAKE_NOBODY:
		if (o->client_queue && may_all)
			return EX_OK;
		fprintf(stderr,
		    "sendmail: the runner is not running; start it as root: \"sendmail -bd -q1m\"\n");
		return EX_UNAVAILABLE;
	default:
		fprintf(stderr, "sendmail: %s/trigger: %s\n", paths_spool(), strerror(errno));
		return EX_NOPERM;
	}
}

int delegate_hoststat(bool forget)
{
	return start_with("mailq", forget ? "--purgestat" : "--hoststat", NULL);
}
