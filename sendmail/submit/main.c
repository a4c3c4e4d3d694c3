/* sendmail: takes a message and has it on disk before it says 0.  Links nothing but libc. */
#include "base/log.h"
#include "base/paths.h"
#include "submit/collect.h"
#include "submit/control.h"
#include "spool/lock.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#ifndef FH_VERSION
#define FH_VERSION "0.1"
#endif

static const char help_text[] =
	"usage: sendmail [options] [recipient ...] < message\n"
	"  -t            take the recipients from To, Cc and Bcc\n"
	"  -i            a line with a single dot does not end the message\n"
	"  -f address    envelope sender          -F name   full name of the sender\n"
	"  -bp           list the queue (mailq)   -q        one pass over the queue, now\n"
	"  -bd           start the runner         -v        say where the message went\n"
	"Every option: sendmail(8).  First aid: firsthop(7).\n";

static int fail(const struct diagnosis *why, int code)
{
	fprintf(stderr, "sendmail: %s\n", why->text);
	log_line(LOG_WARNING, "submission refused: uid=%lu exit=%d %s", (unsigned long)getuid(), code, why->text);
	return code;
}

/* No right to drop/: the bit is missing, or something took its effect away.  Those are repaired in different places. */
static int fail_open(const struct caller *c, struct diagnosis *why)
{
	if (strcmp(why->key, "spool-rights") != 0 || c->set_id)
		return fail(why, strcmp(why->key, "spool-rights") == 0 ? EX_NOPERM : EX_CANTCREAT);
	char path[sizeof why->text];
	memcpy(path, why->text, sizeof path);
	diag_set(why, VERDICT_FAILED, STAGE_SUBMIT, "spool-rights",
	         "%.200s; the set-group-id right of this program has no effect: NoNewPrivileges in the caller's systemd unit, "
	         "a nosuid mount, or \"make install-rights\" was not run. The message was NOT taken", path);
	return fail(why, EX_NOPERM);
}

static void log_submission(const struct envelope *e, const char *id)
{
	log_line(LOG_INFO, "%s submit uid=%lu login=%s from=<%s> rcpts=%zu size=%lld program=%s%s%s", id,
	         (unsigned long)getuid(), e->login, e->sender, e->recipient_count, (long long)e->content.bytes,
	         *e->program ? e->program : "-", *e->tag ? " tag=" : "", e->tag);
}

/* Without a resident runner, one that is installed set-user-id is started for this message; otherwise it waits. */
static bool start_lingering(void)
{
	char path[1024];
	struct stat st;
	snprintf(path, sizeof path, "%s/runner", paths_libexec());
	if (stat(path, &st) != 0 || !(st.st_mode & S_ISUID))
		return false;
	pid_t pid = fork();
	if (pid == 0) {
		if (fork() == 0)
			execl(path, "runner", "--linger", (char *)NULL);
		_exit(EX_OK);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return pid > 0;
}

static void tell(const struct options *o, const struct drop *drop, enum kick kick, bool started)
{
	if (!o->verbose)
		return;
	printf("%s is queued in %s.\n", drop->id, paths_spool());
	if (kick == KICK_DONE || started)
		printf("The runner was told; mailq and the mail log show what comes of it.\n");
	else
		printf("No runner lives, so it waits: root starts one with \"sendmail -bd -q1m\".\n");
}

static int submit(const struct options *o, const struct caller *c)
{
	struct drop drop;
	struct envelope e;
	struct diagnosis why = {0};
	if (!drop_open(&drop, paths_spool(), &why))
		return fail_open(c, &why);
	setup_group_aside();
	setup_signals(&drop);
	int code = collect_message(o, c, &drop, &e, &why);
	if (code == EX_OK) {
		enum kick kick = lock_kick(paths_spool());
		bool started = kick == KICK_NOBODY && start_lingering();
		log_submission(&e, drop.id);
		tell(o, &drop, kick, started);
	} else {
		fail(&why, code);
	}
	envelope_free(&e);
	return code;
}

int main(int argc, char **argv)
{
	struct options o;
	struct caller c;
	TEXT(problem, 500);
	setup_process(&c);
	mem_set_exit_code(EX_OSERR);
	log_start("firsthop", LOG_TO_SYSLOG);
	if (!options_read(&o, argc, argv, &problem)) {
		fprintf(stderr, "sendmail: %s\n", problem.data);
		return EX_USAGE;
	}
	switch (o.mode) {
	case MODE_LIST: return control_list(NULL);
	case MODE_COUNT: return control_list("-bP");
	case MODE_ALIASES: return control_aliases();
	case MODE_RUN: return control_run();
	case MODE_DAEMON: return control_daemon(false);
	case MODE_FOREGROUND: return control_daemon(true);
	case MODE_HOSTSTAT:
	case MODE_PURGESTAT: return control_hoststat();
	case MODE_DROPLIST: return control_droplist();
	case MODE_VERSION: return printf("firsthop %s\n", FH_VERSION) < 0 ? EX_IOERR : EX_OK;
	case MODE_HELP: return fputs(help_text, stdout) < 0 ? EX_IOERR : EX_OK;
	default: return submit(&o, &c);
	}
}
