/* mailq: lists what waits, and why. */
#include "base/complaint.h"
#include "base/nearest.h"
#include "base/log.h"
#include "base/output.h"
#include "base/pager.h"
#include "base/paths.h"
#include "base/terminal.h"
#include "mailq/mailq_commands.h"
#include "mailq/queue_control.h"
#include "mailq/health_check.h"
#include "mailq/layout.h"
#include "mailq/metrics.h"
#include "mailq/past.h"
#include "mailq/select.h"
#include "mailq/summary.h"
#include "mailq/top.h"
#include "mailq/watch_client.h"
#include "base/language.h"
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
	const char *verb; /* of mailq/queue_control.h; NULL = list */
	char **patterns;
	int pattern_count;
	bool health, openmetrics;
	bool summary;
	int summary_rows;
	long long warning_min, critical_min;
};

static bool set_format(struct options *o, const char *name)
{
	static const char *const names[] = {"sendmail", "postfix", "json"};
	static const char *const words[] = {"sendmail", "postfix", "json", "long", NULL};
	o->verbose = o->verbose || strcmp(name, "long") == 0;
	name = strcmp(name, "long") == 0 ? "sendmail" : name;
	for (int i = 0; i < 3; i++) {
		if (strcmp(names[i], name) == 0) {
			o->form = (enum form)i;
			return o->form_given = true;
		}
	}
	TEXT(near, 40);
	language_begin();
	nearest_ask(&near, nearest_of(name, words));
	complaint_say("mailq", "--format must be sendmail, postfix, json or long; not %.40s%s", name,
	    near.data);
	return false;
}

/* Nagios takes 3 for "unknown". */
static int read_health(const struct usage_line *line, struct options *o)
{
	const char *warning = line->values[HEALTH_WARNING], *critical = line->values[HEALTH_CRITICAL];
	o->health = true;
	o->openmetrics = line->values[HEALTH_OPENMETRICS] != NULL;
	bool limits = warning != NULL || critical != NULL;
	if (!(o->openmetrics && limits) &&
	    (warning == NULL || text_number(warning, 0, 1000000, &o->warning_min)) &&
	    (critical == NULL || text_number(critical, 0, 1000000, &o->critical_min)))
		return -1;
	language_begin();
	complaint_say("mailq", "health needs -w MINUTES and -c MINUTES, or --openmetrics");
	return 3;
}

static int run_past(const struct usage_line *line)
{
	long long days = 0;
	language_begin();
	pager_begin();
	if (strcmp(line->command->name, "day") == 0)
		return past_day(line->values[DAY_FILE], line->operands[0]);
	if (line->values[LOG_DAYS] != NULL && !text_number(line->values[LOG_DAYS], 1, 100000, &days))
		return usage_wrong(&mailq_usage, line->command, "--days needs a number");
	return past_print(line->values[LOG_FILE], (int)days, line->operands, line->count);
}

static int run_completion(const struct usage_line *line)
{
	if (usage_complete(stdout, &mailq_usage, line->operands[0]))
		return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
	return usage_no_choice(&mailq_usage, line);
}

static int run_top(const struct usage_line *line)
{
	long long every_s = 2, times = 0;
	const char *every = line->values[TOP_EVERY], *count = line->values[TOP_TIMES];
	language_begin();
	if ((every != NULL && !text_number(every, 1, 86400, &every_s)) ||
	    (count != NULL && !text_number(count, 1, 1000000, &times)))
		return usage_wrong(&mailq_usage, line->command, "-s and -n need a number from 1 on");
	return top_run((int)every_s, (int)times);
}

/* A command with its words. -1: go on. */
static int read_command(const struct usage_command *c, int argc, char **argv, struct options *o)
{
	struct usage_line line;
	int code = usage_read_as(&mailq_usage, c, argc, argv, &line);
	if (code >= 0)
		return strcmp(c->name, "health") == 0 && code == EX_USAGE ? 3 : code;
	if (strcmp(c->name, "why") == 0) {
		o->why = line.operands[0];
		o->full = line.values[WHY_FULL] != NULL;
	} else if (strcmp(c->name, "summary") == 0) {
		o->summary = true;
		o->summary_rows = line.values[SUMMARY_ALL] != NULL ? 0 : 10;
	} else if (strcmp(c->name, "health") == 0) {
		return read_health(&line, o);
	} else if (strcmp(c->name, "top") == 0) {
		return run_top(&line);
	} else if (queue_control_is_verb(c->name)) {
		o->verb = c->name;
		o->patterns = line.operands;
		o->pattern_count = line.count;
	} else {
		return strcmp(c->name, "completion") == 0 ? run_completion(&line) : run_past(&line);
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
	if (argc > 2 && strcmp(argv[1], "dead") == 0 && usage_asks_for_help(argv[2]))
		return usage_read(&mailq_usage, argc - 1, argv + 1, &(struct usage_line){0});
	if (argc > 1 && strcmp(argv[1], "dead") == 0) {
		o->dead = true;
		argc--;
		argv++;
	}
	if (argc > 1 && usage_asks_for_help(argv[1]))
		return usage_read(&mailq_usage, argc - 1, argv + 1, &(struct usage_line){0});
	const struct usage_command *c = argc > 1 ? usage_find(&mailq_usage, argv[1]) : NULL;
	if (c != NULL)
		return read_command(c, argc - 1, argv + 1, o);
	if (argc > 1 && argv[1][0] != '-')
		return usage_read(&mailq_usage, argc - 1, argv + 1, &(struct usage_line){0});
	for (int i = 1; i < argc; i++) {
		char *word = argv[i];
		if (strcmp(word, "--version") == 0)
			return printf("firsthop %s\n", FH_VERSION) < 0 ? EX_IOERR : EX_OK;
		if (strncmp(word, "--format", 8) == 0 && (word[8] == '=' || word[8] == '\0')) {
			const char *name = word[8] == '=' ? word + 9 : i + 1 < argc ? argv[++i] : "nothing";
			if (!set_format(o, name))
				return EX_USAGE;
		} else if (!read_form(word, o) && !read_sendmail_option(word, o)) {
			return usage_unknown_option(&mailq_usage, word);
		}
	}
	return -1;
}

/* What is not in the list itself; on standard error, because programs read the last line of the
 * list. */
static void put_notes(const struct listing *l)
{
	if (l->drop_problem[0] != '\0')
		complaint_say("mailq", "%s", l->drop_problem);
	if (l->dead > 0 && !l->of_dead)
		complaint_say("mailq",
		    "%d set aside in %s/mqueue (ID.dead): could neither be delivered nor returned; "
		    "\"mailq dead\" lists them",
		    l->dead, paths_spool());
	if (!l->runner_lives && l->count > 0)
		complaint_say("mailq", "the runner is not running, so no mail is sent. Start it as root: "
		                       "\"sendmail -bd -q1m\"");
}

static void print(struct listing *l, const struct options *o)
{
	static char buffered[32768];
	char folder[1100];
	snprintf(folder, sizeof folder, "%s/mqueue", paths_spool());
	/* Lists are long: an eighth of the writes. */
	if (terminal_width(stdout) == 0)
		setvbuf(stdout, buffered, _IOFBF, sizeof buffered);
	switch (o->form) {
	case FORM_POSTFIX: layout_postfix(stdout, l); break;
	case FORM_JSON: layout_json(stdout, l); break;
	case FORM_COUNT: output_to(stdout, "%d\n", l->count); break;
	case FORM_HOSTSTAT: health_table(stdout, l); break;
	case FORM_IDS:
		for (const struct row *r; (r = list_next(l)) != NULL;)
			output_to(stdout, "%s\n", r->id);
		break;
	default: layout_sendmail(stdout, l, folder, o->verbose); break;
	}
}

/* A list in a pipe, and what programs ask for, is English. */
static bool is_for_people(const struct options *o)
{
	bool list = o->form == FORM_SENDMAIL && o->verb == NULL && !o->openmetrics && !o->health;
	return o->why != NULL || o->verb != NULL || o->summary || (list && terminal_width(stdout) > 0);
}

/* What is asked for. -1: a list was printed. */
static int act(struct listing *l, const struct options *o)
{
	static char *all[] = {(char *)(uintptr_t) "all"};
	if (o->why != NULL || o->summary)
		pager_begin();
	if (o->why != NULL)
		return why_print(stdout, l, o->why, o->full);
	if (o->verb != NULL)
		return queue_control_run(stdout, l, o->verb, o->patterns, o->pattern_count);
	if (o->summary)
		return summary_print(stdout, l, o->summary_rows);
	if (o->openmetrics)
		return metrics_print(stdout, l);
	if (o->health)
		return health_print(stdout, l, o->warning_min, o->critical_min);
	if (o->purge)
		return queue_control_forget(l);
	if (!o->pass)
		pager_begin();
	if (o->pass)
		return l->count > 0 ? queue_control_run(stdout, l, "retry", all, 1) : EX_OK;
	if (!o->form_given && o->form == FORM_SENDMAIL && o->choice_count == 0 &&
	    l->count > terminal_height(stdout) / 3 && terminal_height(stdout) > 0) {
		list_collect(l);
		summary_head(stdout, l);
	}
	/* Nagios' check_mailq -M postfix reads the last line; Postfix says such things first, too. */
	if (o->form == FORM_POSTFIX)
		put_notes(l);
	print(l, o);
	return -1;
}

static int serve(int argc, char **argv)
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
	list_config(&config);
	if (!o.form_given)
		o.form = (enum form)config.format;
	if (is_for_people(&o))
		language_begin();
	const struct list_wanted wanted = {.dead = o.dead,
	    .prefix = o.why,
	    .choices = o.choices,
	    .choice_count = o.verb == NULL ? o.choice_count : 0};
	if (!list_open(&l, &config, &wanted, &why)) {
		complaint_say("mailq", "%s", why.text);
		return o.health ? 3 : EX_NOPERM;
	}
	if (config.list == CONFIG_LIST_ADMIN && !l.sees_all && o.form != FORM_HOSTSTAT)
		complaint_say("mailq", "only root and the group fhlist may list the queue here ([queue] "
		                       "list = admin)");
	code = act(&l, &o);
	if (fflush(stdout) != 0)
		code = EX_IOERR;
	pager_end();
	if (code < 0 && o.form != FORM_HOSTSTAT && o.form != FORM_POSTFIX)
		put_notes(&l);
	list_close(&l);
	config_free(&config);
	return code < 0 ? EX_OK : code;
}

int main(int argc, char **argv)
{
	return complaint_of_output("mailq", serve(argc, argv));
}
