/* sendmail: takes a message and has it on disk before it says 0.  Links nothing but libc. */
#include "base/log.h"
#include "base/paths.h"
#include "base/words.h"
#include "submit/delegate.h"
#include "submit/debug.h"
#include "submit/stdin_smtp.h"
#include "submit/submit.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const char help_text[] =
    "usage: sendmail [options] [recipient ...] < message\n  -t            read the recipients from "
    "To, Cc and Bcc\n  -i            a line with a single dot does not end the message\n  -f "
    "address    envelope sender          -F name   full name of the sender\n  -bp           list "
    "the queue (mailq)   -q        one pass over the queue, now\n  -bd           start the runner  "
    "       -v        say where the message went\nEvery option: sendmail(8).  First aid: "
    "firsthop(7).\n";

/* The queue is the system's, and so is the configuration that its mail is delivered with. */
static bool is_config_right(const struct options *o)
{
	bool only_looks = o->mode == MODE_VERIFY || o->mode == MODE_TEST || o->mode == MODE_CHECK;
	if (o->config == NULL || only_looks || strcmp(o->config, paths_config()) == 0)
		return true;
	fprintf(stderr,
	    "sendmail: option -C is refused here: what is queued is delivered with %s; -C works with "
	    "-bv, -bt and -bV\n",
	    paths_config());
	return false;
}

/* -d of sendmail is another option than -od. */
static void warn_of_option(const struct options *o)
{
	TEXT(value, 100);
	if (o->odd_letter == 0 || o->error_mode == 'q')
		return;
	text_escape(&value, o->odd_value, strlen(o->odd_value) < 50 ? strlen(o->odd_value) : 50);
	fprintf(stderr, "sendmail: option -%s%c: \"%s\" means nothing, and is passed over\n",
	    o->odd_letter == 'd' || o->odd_letter == 'e' ? "o" : "", o->odd_letter, value.data);
}

int main(int argc, char **argv)
{
	struct options o;
	struct caller c;
	TEXT(problem, 500);
	startup_process(&c);
	mem_set_exit_code(EX_OSERR);
	log_start("firsthop", LOG_TO_SYSLOG);
	if (!words_read(&argc, &argv)) {
		fprintf(stderr,
		    "sendmail: --words is for other programs: the words in front of the message are not "
		    "whole, and nothing is queued\n");
		return EX_IOERR;
	}
	if (!options_read(&o, argc, argv, &problem)) {
		fprintf(stderr, "sendmail: %s\n", problem.data);
		return o.refusal;
	}
	warn_of_option(&o);
	if (o.debug)
		debug_print(&o, &c);
	if (!is_config_right(&o))
		return EX_USAGE;
	if (o.mode == MODE_SMTP && o.traffic != NULL) {
		fprintf(stderr, "sendmail: option -X does not work with -bs\n");
		return EX_USAGE;
	}
	switch (o.mode) {
	case MODE_LIST:
	case MODE_IDS:
	case MODE_COUNT: return delegate_list(&o);
	case MODE_ALIASES: return delegate_aliases(&o);
	case MODE_RUN: return delegate_run(&o);
	case MODE_DAEMON: return delegate_daemon(false);
	case MODE_FOREGROUND: return delegate_daemon(true);
	case MODE_VERIFY:
	case MODE_TEST: return delegate_route(&o);
	case MODE_HOSTSTAT: return delegate_hoststat(false);
	case MODE_PURGESTAT: return delegate_hoststat(true);
	case MODE_DROPLIST: return list_drop();
	case MODE_CHECK: return delegate_version(&o);
	case MODE_VERSION: return printf("firsthop %s\n", FH_VERSION) < 0 ? EX_IOERR : EX_OK;
	case MODE_HELP: return fputs(help_text, stdout) < 0 ? EX_IOERR : EX_OK;
	case MODE_SMTP: return stdin_smtp(&o, &c);
	default: return submit_message(&o, &c);
	}
}
