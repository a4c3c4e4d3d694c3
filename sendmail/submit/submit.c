/* Around a submission.  Nothing here reads a byte of the message. */
#include "submit/submit.h"
#include "base/compat.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/sandbox.h"
#include "base/text.h"
#include "message/submission_log.h"
#include "spool/trigger.h"
#include "submit/collect.h"
#include "submit/submit_client.h"
#include "submit/limits.h"
#include "submit/deadletter.h"
#include "submit/follow.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

static bool quiet; /* -oeq */

void submit_log_refusal(const struct diagnosis *why, int code)
{
	struct buffer line = {0};
	buffer_printf(&line, "submission refused: uid=%lu exit=%d", (unsigned long)getuid(), code);
	log_fields(LOG_WARNING, "refused", &line, why->text);
	buffer_free(&line);
}

static int fail(const struct diagnosis *why, int code)
{
	TEXT(kept, 1400);
	int status = deadletter_keep(why, code, &kept);
	if (!quiet)
		fprintf(stderr, "sendmail: %s%s%s\n", why->text, kept.length > 0 ? "; " : "", kept.data);
	submit_log_refusal(why, code);
	if (kept.length > 0)
		log_line(LOG_NOTICE, "of the submission that was refused to uid=%lu: %s",
		    (unsigned long)getuid(), kept.data);
	return status;
}

/* No right to drop/: the bit is missing, or something took its effect away.  Those are repaired in
 * different places. */
static int fail_open(const struct caller *c, struct diagnosis *why)
{
	if (why->key != REASON_SPOOL_RIGHTS || c->set_id)
		return fail(why, why->key == REASON_SPOOL_RIGHTS ? EX_NOPERM : EX_CANTCREAT);
	char reason[sizeof why->text];
	memcpy(reason, why->text, sizeof reason);
	submit_client_explain(why, reason);
	return fail(why, EX_NOPERM);
}

/* What was changed so that the message could go, under its ID. */
static void log_repairs(struct envelope *e, const char *id)
{
	if (e->repaired.length > 0)
		log_line(LOG_NOTICE, "%s repaired: %s", id, buffer_string(&e->repaired));
}

/* The others have it; the caller hears of these by exit status, and as the error mode says. */
static int report_refused(const struct options *o, struct refused *r, const char *id)
{
	struct diagnosis why = {0};
	TEXT(kept, 1400);
	const char *more = r->count > 10 ? ", and more" : "";
	diag_set(&why, VERDICT_FAILED, STAGE_SUBMIT, REASON_ADDRESS_BAD,
	    "%s is queued for its other recipients, but not for %d: %.400s%s", id, r->count,
	    buffer_string(&r->words), more);
	int status = deadletter_report(&why, EX_USAGE, &kept);
	if (!quiet)
		fprintf(stderr, "sendmail: %s%s%s\n", why.text, kept.length > 0 ? "; " : "", kept.data);
	struct buffer line = {0};
	buffer_printf(&line, "%s refused: uid=%lu recipients=%d exit=%d", id, (unsigned long)getuid(),
	    r->count, status);
	log_fields(LOG_WARNING, "refused", &line, buffer_string(&r->words));
	buffer_free(&line);
	return o->error_mode == 'e' ? EX_OK : status;
}

static const char *runner_path(void)
{
	static char path[1024];
	snprintf(path, sizeof path, "%s/runner", paths_libexec());
	return path;
}

/* The caller wants it (FIRSTHOP_DAEMONLESS), and the queue is their own, as in a container: its
 * runner is theirs to start. */
static bool runner_is_ours;

static bool owns_queue(const struct caller *c)
{
	struct stat st;
	TEXT(path, 1100);
	text_printf(&path, "%s/mqueue", paths_spool());
	const char *wanted = compat_getenv("FIRSTHOP_DAEMONLESS");
	return !c->set_id && wanted != NULL && strcmp(wanted, "yes") == 0 &&
	       stat(path.data, &st) == 0 && st.st_uid == geteuid() && access(runner_path(), X_OK) == 0;
}

/* Without a resident runner, one that is installed set-user-id is started for a message; otherwise
 * the message waits. */
static bool may_start_runner(void)
{
	struct stat st;
	return runner_is_ours || (stat(runner_path(), &st) == 0 && (st.st_mode & S_ISUID));
}

static bool start_lingering(void)
{
	const char *path = runner_path();
	if (!may_start_runner())
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

/* What is seen of the first attempt, where that was asked for. */
static void follow(const struct options *o, const struct drop *drop, enum follow_runner known)
{
	if (o->verbose) {
		printf("%s is queued in %s.\n", drop->id, paths_spool());
		if (o->queue_only)
			printf("It waits for the next pass over the queue.\n");
		fflush(stdout);
	}
	if (follow_stored(drop->id, known) || !o->verbose || o->queue_only)
		return;
	if (known == FOLLOW_NOBODY)
		printf(
		    "The runner is not running, so it waits. Start it as root: \"sendmail -bd -q1m\".\n");
	else
		printf("The runner was informed; mailq and the mail log show the result.\n");
}

/* From here on nothing is opened but files of our own in drop/, and the trigger.  A process that
   may have to start the runner cannot be confined: the kernel would not let the runner have its
   rights.  One whose kernel refuses goes on, since these are the bytes of the user who runs it. */
static void confine(const struct drop *drop, bool whole_session)
{
	if (drop->dir_fd < 0 || may_start_runner())
		return;
	char trigger[1024];
	trigger_path(trigger, sizeof trigger, paths_spool());
	if (sandbox_submit(drop->dir_fd, trigger, whole_session) == SANDBOX_FAILED)
		log_line(LOG_WARNING, "the kernel refuses to confine sendmail");
}

int submit_open(struct drop *drop, const struct caller *c, bool whole_session)
{
	struct diagnosis why = {0};
	runner_is_ours = owns_queue(c);
	if (!drop_open(drop, paths_spool(), &why) && !submit_client_possible())
		return fail_open(c, &why);
	limits_load(drop);
	startup_group_aside();
	startup_signals(drop);
	confine(drop, whole_session);
	return EX_OK;
}

enum follow_runner submit_stored(const struct options *o, struct envelope *e,
    const struct drop *drop)
{
	if (drop->by_runner)
		return FOLLOW_KNOWN;
	/* Not before the message has its name: a runner opens the trigger before it looks for names, so
	 * one that starts now hears this or sees that. */
	enum wake woken = o->queue_only ? WAKE_FAILED : trigger_wake(paths_spool());
	bool started = woken == WAKE_NOBODY && start_lingering();
	submission_log(e, drop->id, (long long)getuid(), "");
	log_repairs(e, drop->id);
	return started ? FOLLOW_STARTED : woken == WAKE_NOBODY ? FOLLOW_NOBODY : FOLLOW_KNOWN;
}

int submit_message(const struct options *o, const struct caller *c)
{
	struct drop drop;
	struct envelope e;
	struct refused refused = {0};
	struct diagnosis why = {0};
	quiet = o->error_mode == 'q';
	int code = follow_open_log(o);
	if (code != EX_OK)
		return code;
	follow_start(o);
	deadletter_start(o, c);
	code = submit_open(&drop, c, false);
	if (code != EX_OK)
		return code;
	code = collect_message(o, c, &drop, &e, &refused, &why);
	if (code == EX_OK) {
		startup_signals_stored();
		enum follow_runner known = submit_stored(o, &e, &drop);
		if (refused.count > 0)
			code = report_refused(o, &refused, drop.id);
		deadletter_forget();
		follow(o, &drop, known);
	} else {
		code = fail(&why, code);
	}
	envelope_free(&e);
	buffer_free(&refused.words);
	return code;
}
