/* sendmail's options.  Three kinds: used, ignored (historic, or without meaning here), refused (the caller
   would be misled if we went on).  getopt(3) is not used: its permutation would read addresses as options. */
#include "submit/options.h"
#include <string.h>
#include <strings.h>

enum takes { TAKES_NOTHING, TAKES_VALUE, TAKES_REST }; /* REST: only what follows in the same argument, may be empty */

typedef bool option_use(struct options *o, const char *value, struct text *problem);

struct option {
	char letter;
	enum takes takes;
	option_use *use;      /* NULL: ignored */
	const char *refusal;  /* not NULL: refused, with this advice */
};

static bool refuse(struct text *problem, const char *what, const char *value)
{
	text_put(problem, what);
	text_escape(problem, value, strlen(value));
	return false;
}

static bool use_extract(struct options *o, const char *value, struct text *problem)
{
	(void)value, (void)problem;
	return o->extract = true;
}

static bool use_ignore_dots(struct options *o, const char *value, struct text *problem)
{
	(void)value, (void)problem;
	return o->ignore_dots = true;
}

static bool use_no_alias(struct options *o, const char *value, struct text *problem)
{
	(void)value, (void)problem;
	return o->no_alias = true;
}

static bool use_verbose(struct options *o, const char *value, struct text *problem)
{
	(void)value, (void)problem;
	return o->verbose = true;
}

static bool use_aliases(struct options *o, const char *value, struct text *problem)
{
	(void)value, (void)problem;
	o->mode = MODE_ALIASES;
	return true;
}

static bool use_sender(struct options *o, const char *value, struct text *problem)
{
	(void)problem;
	o->sender = strcmp(value, "<>") == 0 ? "" : value;
	o->sender_given = true;
	return true;
}

static bool use_fullname(struct options *o, const char *value, struct text *problem)
{
	(void)problem;
	o->fullname = value;
	return true;
}

/* A misspelt body type must not lose the mail of a cron job: it is passed over. */
static bool use_body(struct options *o, const char *value, struct text *problem)
{
	(void)problem;
	if (text_equal_ci(value, "7BIT"))
		o->body = "7BIT";
	else if (text_equal_ci(value, "8BITMIME"))
		o->body = "8BITMIME";
	return true;
}

/* RFC 3461 4.1: never, or a list of success, failure, delay. */
bool options_notify_ok(const char *list)
{
	if (*list == '\0' || text_equal_ci(list, "never"))
		return *list != '\0';
	while (*list != '\0') {
		size_t n = strcspn(list, ",");
		bool known = (n == 7 && (strncasecmp(list, "success", n) == 0 || strncasecmp(list, "failure", n) == 0)) ||
		             (n == 5 && strncasecmp(list, "delay", n) == 0);
		if (!known)
			return false;
		list += n + (list[n] == ',');
	}
	return true;
}

static bool use_notify(struct options *o, const char *value, struct text *problem)
{
	o->notify = value;
	return options_notify_ok(value) || refuse(problem, "-N takes never, or a list of success,failure,delay; not ", value);
}

static bool use_ret(struct options *o, const char *value, struct text *problem)
{
	if (!text_equal_ci(value, "full") && !text_equal_ci(value, "hdrs"))
		return refuse(problem, "-R takes full or hdrs; not ", value);
	o->ret = text_equal_ci(value, "full") ? "FULL" : "HDRS";
	return true;
}

static bool use_envid(struct options *o, const char *value, struct text *problem)
{
	if (strlen(value) > 100)
		return refuse(problem, "-V takes at most 100 characters", "");
	o->envid = value;
	return true;
}

static bool use_tag(struct options *o, const char *value, struct text *problem)
{
	(void)problem;
	o->tag = value;
	return true;
}

static bool use_config_kind(struct options *o, const char *value, struct text *problem)
{
	(void)o;
	if (strcmp(value, "c") == 0 || strcmp(value, "m") == 0)
		return true;
	return refuse(problem, "-A takes c or m; not ", value);
}

static const struct {
	const char *value;
	enum mode mode;
} modes[] = {
	{"m", MODE_SUBMIT}, {"a", MODE_SUBMIT}, {"q", MODE_SUBMIT}, {"p", MODE_LIST}, {"P", MODE_COUNT},
	{"pc", MODE_COUNT}, {"pi", MODE_LIST}, {"pr", MODE_LIST}, {"pu", MODE_LIST}, {"pa", MODE_LIST},
	{"s", MODE_SMTP}, {"i", MODE_ALIASES}, {"d", MODE_DAEMON}, {"D", MODE_FOREGROUND}, {"V", MODE_VERSION},
	{"h", MODE_HOSTSTAT}, {"H", MODE_PURGESTAT},
};

static bool use_mode(struct options *o, const char *value, struct text *problem)
{
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		if (strcmp(modes[i].value, value) == 0) {
			o->mode = modes[i].mode;
			return true;
		}
	}
	if (strcmp(value, "S") == 0)
		return refuse(problem, "batched SMTP is not spoken; -bs takes SMTP with its replies, not -b", value);
	return refuse(problem, "this mode is not known: -b", value);
}

/* -q now, -q1m as a daemon, -qf as -q; -qI, -qR, -qS, -qQ name messages. */
static bool use_queue(struct options *o, const char *value, struct text *problem)
{
	if (*value == '\0' || *value == 'f' || *value == 'p' || *value == 'G') {
		if (o->mode == MODE_SUBMIT)
			o->mode = MODE_RUN;
		return true;
	}
	if (strspn(value, "0123456789smhdw") == strlen(value)) {
		if (o->mode == MODE_SUBMIT)
			o->mode = MODE_DAEMON;
		return true;
	}
	return refuse(problem, "one pass takes the whole queue: use -q without a choice of messages, not -q", value);
}

static bool use_historic(struct options *o, const char *value, struct text *problem)
{
	if (*value == 'i')
		return use_ignore_dots(o, value, problem);
	if (*value == '7')
		return use_body(o, "7BIT", problem);
	if (*value == '8')
		return use_body(o, "8BITMIME", problem);
	return true;
}

static bool use_long(struct options *o, const char *value, struct text *problem)
{
	if (text_starts_ci(value, "IgnoreDots"))
		return use_ignore_dots(o, value, problem);
	return true;
}

static const struct option table[] = {
	{'A', TAKES_VALUE, use_config_kind, NULL},
	{'B', TAKES_VALUE, use_body, NULL},
	{'b', TAKES_VALUE, use_mode, NULL},
	{'C', TAKES_VALUE, NULL, NULL}, /* submission reads no configuration */
	{'c', TAKES_NOTHING, NULL, NULL},
	{'D', TAKES_VALUE, NULL, "a debug file is not written; use -v"},
	{'d', TAKES_REST, NULL, NULL},
	{'E', TAKES_NOTHING, NULL, NULL},
	{'e', TAKES_VALUE, NULL, NULL},
	{'F', TAKES_VALUE, use_fullname, NULL},
	{'f', TAKES_VALUE, use_sender, NULL},
	{'G', TAKES_NOTHING, NULL, NULL},
	{'h', TAKES_VALUE, NULL, NULL},
	{'I', TAKES_NOTHING, use_aliases, NULL},
	{'i', TAKES_NOTHING, use_ignore_dots, NULL},
	{'J', TAKES_NOTHING, NULL, NULL},
	{'L', TAKES_VALUE, use_tag, NULL},
	{'M', TAKES_VALUE, NULL, "messages of the queue are handled with mailq(1)"},
	{'m', TAKES_NOTHING, NULL, NULL},
	{'N', TAKES_VALUE, use_notify, NULL},
	{'n', TAKES_NOTHING, use_no_alias, NULL},
	{'O', TAKES_VALUE, use_long, NULL},
	{'o', TAKES_VALUE, use_historic, NULL},
	{'p', TAKES_VALUE, NULL, NULL},
	{'Q', TAKES_REST, NULL, "messages of the queue are handled with mailq(1)"},
	{'q', TAKES_REST, use_queue, NULL},
	{'R', TAKES_VALUE, use_ret, NULL},
	{'r', TAKES_VALUE, use_sender, NULL},
	{'S', TAKES_VALUE, NULL, "it is not an option of sendmail"},
	{'s', TAKES_NOTHING, NULL, NULL},
	{'T', TAKES_NOTHING, NULL, NULL},
	{'t', TAKES_NOTHING, use_extract, NULL},
	{'U', TAKES_NOTHING, NULL, NULL},
	{'V', TAKES_VALUE, use_envid, NULL},
	{'v', TAKES_NOTHING, use_verbose, NULL},
	{'X', TAKES_VALUE, NULL, "a traffic log is not written; use -v"},
	{'x', TAKES_NOTHING, NULL, NULL},
};

static const struct option *find_option(char letter)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		if (table[i].letter == letter)
			return &table[i];
	}
	return NULL;
}

/* One argument with its letters; *next is the argument behind it, taken if a value is needed. */
static bool read_letters(struct options *o, const char *letters, char **argv, int argc, int *next, struct text *problem)
{
	while (*letters != '\0') {
		const struct option *row = find_option(*letters);
		const char *value = "";
		if (row == NULL) {
			text_printf(problem, "option -%s is not known; sendmail(8) lists those that are", letters);
			return false;
		}
		letters++;
		if (row->takes != TAKES_NOTHING) {
			value = letters;
			letters = "";
			if (*value == '\0' && row->takes == TAKES_VALUE) {
				if (*next >= argc) {
					text_printf(problem, "option -%c needs a value behind it", row->letter);
					return false;
				}
				value = argv[(*next)++];
			}
		}
		if (row->refusal != NULL) {
			text_printf(problem, "option -%c is refused: %s", row->letter, row->refusal);
			return false;
		}
		if (row->use != NULL && !row->use(o, value, problem))
			return false;
	}
	return true;
}

/* The program may be called by other names (mailer.conf(5), links). */
static enum mode mode_of_name(const char *argv0)
{
	static const struct {
		const char *name;
		enum mode mode;
	} names[] = {
		{"mailq", MODE_LIST}, {"newaliases", MODE_ALIASES}, {"hoststat", MODE_HOSTSTAT},
		{"purgestat", MODE_PURGESTAT}, {"smtpd", MODE_DAEMON}, {"droplist", MODE_DROPLIST},
	};
	const char *slash = strrchr(argv0, '/');
	const char *base = slash != NULL ? slash + 1 : argv0;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(names[i].name, base) == 0)
			return names[i].mode;
	}
	return MODE_SUBMIT;
}

bool options_read(struct options *o, int argc, char **argv, struct text *problem)
{
	int next = 1;
	*o = (struct options){.mode = mode_of_name(argc > 0 ? argv[0] : ""), .sender = "", .fullname = "", .body = "",
	                      .notify = "", .ret = "", .envid = "", .tag = ""};
	while (next < argc && argv[next][0] == '-' && argv[next][1] != '\0') {
		const char *word = argv[next++];
		if (strcmp(word, "--") == 0)
			break;
		if (strcmp(word, "--help") == 0 || strcmp(word, "--version") == 0) {
			o->mode = word[2] == 'h' ? MODE_HELP : MODE_VERSION;
			return true;
		}
		if (!read_letters(o, word + 1, argv, argc, &next, problem))
			return false;
	}
	o->recipients = argv + next;
	o->recipient_count = argc > next ? argc - next : 0;
	return true;
}
