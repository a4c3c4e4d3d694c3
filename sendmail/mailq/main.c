/* mailq: lists what waits, and why. */
#include "base/log.h"
#include "base/output.h"
#include "base/paths.h"
#include "mailq/control.h"
#include "mailq/health.h"
#include "mailq/layout.h"
#include "mailq/metrics.h"
#include "mailq/select.h"
#include "mailq/watch.h"
#include "mailq/why.h"
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum form { FORM_SENDMAIL, FORM_POSTFIX, FORM_JSON, FORM_COUNT, FORM_IDS, FORM_HOSTSTAT };

struct options {
	enum form form;
	bool form_given;
	bool client_queue; /* -Ac: there is no such queue */
	bool pass, purge;  /* --pass, --purgestat: from sendmail */
	char *choices[16]; /* -q[!]I|R|S|Q */
	int choice_count;
	bool verbose, dead;
	const char *why;  /* identifier; NULL = list */
	bool full;        /* why: each attempt with all its lines */
	const char *verb; /* of mailq/control.h; NULL = list */
	char **patterns;
	int pattern_count;
	bool health, openmetrics;
	long long warning_min, critical_min;
};

static const char help_text[] =
    "usage: mailq [-v] [--format=sendmail|postfix|json|long]\n"
    "       mailq why [--full] ID\n"
    "       mailq cat|hold|release|retry|remove PATTERN ...\n"
    "       mailq dead [why|cat|retry|remove ...]\n"
    "       mailq health [-w MINUTES] [-c MINUTES]\n"
    "       mailq health --openmetrics\n"
    "  lists the messages that wait, each with the reason\n"
    "  why ID          what is wrong, what to do, when it is tried next; then the attempts\n"
    "                  (equal ones are counted; --full shows each of them)\n"
    "  cat             prints messages; hold keeps them back until release; retry tries them now\n"
    "  PATTERN         the beginning of an ID; from=, to= or key= with a value; or all\n"
    "  dead            the same for messages that were set aside: could neither be delivered nor "
    "returned\n"
    "  health          one line for Nagios; warning and critical by the age of the oldest message; "
    "or numbers for Prometheus\n"
    "  -v              also how often a message was tried, and when it is tried next\n"
    "  --json          the same as --format=json: one object per line, as postqueue -j and more\n";

static bool set_format(struct options *o, const char *name)
{
	static const char *const names[] = {"sendmail", "postfix", "json"};
	o->verbose = o->verbose || strcmp(name, "long") == 0;
	name = strcmp(name, "long") == 0 ? "sendmail" : name;
	for (int i = 0; i < 3; i++) {
		if (strcmp(names[i], name) == 0) {
			o->form = (enum form)i;
			return o->form_given = true;
		}
	}
	output_to(stderr, "mailq: --format must be sendmail, postfix, json or long; not %.40s\n", name);
	return false;
}

static int read_why(int argc, char **argv, struct options *o)
{
	int ids = 0;
	for (int i = 2; i < argc; i++) {
		bool full = strcmp(argv[i], "--full") == 0;
		o->full = o->full || full;
		o->why = full ? o->why : argv[i];
		ids += !full;
	}
	if (ids == 1 && *o->why != '\0')
		return -1;
	output_to(stderr, "mailq: why needs one identifier, as the list shows it\n");
	return EX_USAGE;
}

/* Nagios takes 3 for "unknown". */
static int read_health(int argc, char **argv, struct options *o)
{
	o->health = true;
	o->openmetrics = argc == 3 && strcmp(argv[2], "--openmetrics") == 0;
	for (int i = 2; i < argc && !o->openmetrics; i += 2) {
		long long *minutes = strcmp(argv[i], "-w") == 0   ? &o->warning_min
		                     : strcmp(argv[i], "-c") == 0 ? &o->critical_min
		                                                  : NULL;
		if (minutes == NULL || i + 1 >= argc || !text_number(argv[i + 1], 0, 1000000, minutes)) {
			output_to(stderr, "mailq: health needs -w MINUTES and -c MINUTES, or --openmetrics\n");
			return 3;
		}
	}
	return -1;
}

/* Words that choose what is printed; false when word is none of them. */
static bool read_form(const char *word, struct options *o)
{
	static const struct {
		const char *word;
		enum form form;
	} forms[] = {{"--json", FORM_JSON}, {"-j", FORM_JSON}, {"-bP", FORM_COUNT},
	    {"-bpc", FORM_COUNT}, {"-bpi", FORM_IDS}, {"--hoststat", FORM_HOSTSTAT}};
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		if (strcmp(forms[i].word, word) == 0) {
			o->form = forms[i].form;
			return o->form_given = true;
		}
	}
	return false;
}

/* Options of sendmail's mailq are taken; false for anything else. */
static bool read_sendmail_option(char *word, struct options *o)
{
	if (select_is_choice(word) && o->choice_count < 16)
		o->choices[o->choice_count++] = word;
	else if (strcmp(word, "-Ac") == 0)
		o->client_queue = true;
	else if (strcmp(word, "--pass") == 0)
		o->pass = true;
	else if (strcmp(word, "--purgestat") == 0)
		o->purge = true;
	else if (strcmp(word, "-v") == 0)
		o->verbose = true;
	else
		return strcmp(word, "-Am") == 0 || strncmp(word, "-bp", 3) == 0 ||
		       strncmp(word, "-q", 2) == 0 || strncmp(word, "-o", 2) == 0 ||
		       strcmp(word, "-m") == 0;
	return true;
}

/* -1: go on. */
static int read_options(int argc, char **argv, struct options *o)
{
	if (argc > 1 && strcmp(argv[1], "dead") == 0) {
		o->dead = true;
		argc--;
		argv++;
	}
	if (argc > 1 && strcmp(argv[1], "why") == 0)
		return read_why(argc, argv, o);
	if (argc > 1 && strcmp(argv[1], "health") == 0)
		return read_health(argc, argv, o);
	if (argc > 1 && control_is_verb(argv[1])) {
		o->verb = argv[1];
		o->patterns = argv + 2;
		o->pattern_count = argc - 2;
		return -1;
	}
	for (int i = 1; i < argc; i++) {
		char *word = argv[i];
		if (strcmp(word, "--help") == 0)
			return fputs(help_text, stdout) < 0 ? EX_IOERR : EX_OK;
		if (strcmp(word, "--version") == 0)
			return printf("firsthop %s\n", FH_VERSION) < 0 ? EX_IOERR : EX_OK;
		if (strncmp(word, "--format", 8) == 0 &&
		    (word[8] == '=' || (word[8] == '\0' && i + 1 < argc))) {
			if (!set_format(o, word[8] == '=' ? word + 9 : argv[++i]))
				return EX_USAGE;
		} else if (!read_form(word, o) && !read_sendmail_option(word, o)) {
			output_to(stderr, "mailq: option or argument %.60s is not known\n%s", word, help_text);
			return EX_USAGE;
		}
	}
	return -1;
}

/* Without a configuration that can be read, the defaults hold: everyone may list. */
static void read_config(struct config *c)
{
	struct diagnosis d = {0};
	if (config_read(c, paths_config(), &d))
		return;
	config_free(c);
	config_defaults(c);
}

/* What is not in the list itself; on standard error, because programs read the last line of the
 * list. */
static void put_notes(const struct listing *l)
{
	if (l->drop_problem[0] != '\0')
		output_to(stderr, "mailq: %s\n", l->drop_problem);
	if (l->dead > 0 && !l->of_dead)
		output_to(stderr,
		    "mailq: %d message%s set aside in %s/mqueue (ID.dead): could neither be delivered nor "
		    "returned; \"mailq dead\" lists them\n",
		    l->dead, l->dead == 1 ? " is" : "s are", paths_spool());
	if (!l->runner_lives && l->count > 0)
		output_to(stderr, "mailq: the runner is not running, so no mail is sent. Start it as root: "
		                  "\"sendmail -bd -q1m\"\n");
}

static void print(const struct listing *l, const struct options *o)
{
	char folder[1100];
	snprintf(folder, sizeof folder, "%s/mqueue", paths_spool());
	switch (o->form) {
	case FORM_POSTFIX: layout_postfix(stdout, l); break;
	case FORM_JSON: layout_json(stdout, l); break;
	case FORM_COUNT: output_to(stdout, "%d\n", l->count); break;
	case FORM_HOSTSTAT: health_table(stdout, l); break;
	case FORM_IDS:
		for (int i = 0; i < l->count; i++)
			output_to(stdout, "%s\n", l->rows[i].id);
		break;
	default: layout_sendmail(stdout, l, folder, o->verbose); break;
	}
}

/* What is asked for. -1: a list was printed. */
static int act(struct listing *l, const struct options *o)
{
	static char *all[] = {(char *)(uintptr_t) "all"};
	if (o->why != NULL)
		return why_print(stdout, l, o->why, o->full);
	if (o->verb != NULL)
		return control_run(stdout, l, o->verb, o->patterns, o->pattern_count);
	if (o->openmetrics)
		return metrics_print(stdout, l);
	if (o->health)
		return health_print(stdout, l, o->warning_min, o->critical_min);
	if (o->purge)
		return control_forget(l);
	select_rows(l, o->choices, o->choice_count);
	if (o->pass)
		return l->count > 0 ? control_run(stdout, l, "retry", all, 1) : EX_OK;
	print(l, o);
	return -1;
}

int main(int argc, char **argv)
{
	struct options o = {.warning_min = 30, .critical_min = 240};
	static struct listing l;
	static struct config config; /* large, and the stack may be small */
	struct diagnosis why = {0};
	log_start("mailq", LOG_TO_STDERR);
	signal(SIGCHLD, SIG_DFL); /* a caller who ignores it hands that on */
	if (argc > 1 && text_starts(argv[1], "--wa"))
		return watch_run(strcmp(argv[argc - 1], "--watch") == 0,
		    strcmp(argv[1], "--watch-log") == 0);
	int code = read_options(argc, argv, &o);
	if (code >= 0)
		return code;
	/* FreeBSD's periodic asks for this queue, too; what waits is in the other list. */
	if (o.client_queue && !o.pass)
		return puts("\t\tTotal requests: 0") < 0 ? EX_IOERR : EX_OK;
	read_config(&config);
	if (!o.form_given)
		o.form = (enum form)config.format;
	if (!list_collect(&l, &config, o.dead, &why)) {
		output_to(stderr, "mailq: %s\n", why.text);
		return o.health ? 3 : EX_NOPERM;
	}
	if (config.list == CONFIG_LIST_ADMIN && l.count == 0 && getuid() != 0 &&
	    o.form != FORM_HOSTSTAT)
		output_to(stderr, "mailq: only root and the group fhlist may list the queue here ([queue] "
		                  "list = admin)\n");
	code = act(&l, &o);
	if (fflush(stdout) != 0)
		code = EX_IOERR;
	else if (code < 0 && o.form != FORM_HOSTSTAT)
		put_notes(&l);
	list_free(&l);
	config_free(&config);
	return code < 0 ? EX_OK : code;
}
