/* sendmail's options.  Three kinds: used, ignored (historic, or without meaning here), refused (the
   caller would be misled if we went on).  getopt(3) is not used: its permutation would read
   addresses as options. */
#include "submit/options.h"
#include "message/dsn.h"
#include "submit/modes.h"
#include <string.h>
#include <sysexits.h>

enum takes {
	TAKES_NOTHING,
	TAKES_VALUE,
	TAKES_REST
}; /* REST: only what follows in the same argument, may be empty */

typedef bool option_use(struct options *o, const char *value, struct text *problem);

struct option {
	char letter;
	enum takes takes;
	option_use *use;     /* NULL: ignored */
	const char *refusal; /* not NULL: refused, with this advice */
};

static bool refuse(struct text *problem, const char *what, const char *value)
{
	text_put(problem, what);
	text_escape(problem, value, strlen(value));
	return false;
}

/* Whoever misspelt how a failure is to be reported still wants the mail to go: Postfix takes all of
   these. */
static bool pass_over(struct options *o, char letter, const char *value)
{
	o->odd_letter = letter;
	o->odd_value = value;
	return true;
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

static bool use_debug(struct options *o, const char *value, struct text *problem)
{
	(void)value, (void)problem;
	return o->debug = true;
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
static bool use_notify(struct options *o, const char *value, struct text *problem)
{
	(void)problem;
	if (!dsn_notify_ok(value))
		return pass_over(o, 'N', value);
	o->notify = value;
	return true;
}

static bool use_ret(struct options *o, const char *value, struct text *problem)
{
	(void)problem;
	if (!text_equal_ci(value, "full") && !text_equal_ci(value, "hdrs"))
		return pass_over(o, 'R', value);
	o->ret = text_equal_ci(value, "full") ? "FULL" : "HDRS";
	return true;
}

static bool use_envid(struct options *o, const char *value, struct text *problem)
{
	(void)problem;
	/* RFC 3461 5.4 */
	if (strlen(value) > 100)
		return pass_over(o, 'V', value);
	o->envid = value;
	return true;
}

/* -XV is Postfix's, and means something else. */
static bool use_traffic(struct options *o, const char *value, struct text *problem)
{
	o->traffic = value;
	return strcmp(value, "V") != 0 ||
	       refuse(problem, "-XV (an address for each recipient's returns) is not offered", "");
}

static bool use_tag(struct options *o, const char *value, struct text *problem)
{
	(void)problem;
	o->tag = value;
	return true;
}

static bool use_config_kind(struct options *o, const char *value, struct text *problem)
{
	o->client_queue = strcmp(value, "c") == 0;
	if (o->client_queue || strcmp(value, "m") == 0)
		return true;
	return refuse(problem, "-A must be c or m; not ", value);
}

static bool set_error_mode(struct options *o, const char *value, struct text *problem)
{
	(void)problem;
	if (strchr("pqmwe", *value) == NULL || *value == '\0')
		return pass_over(o, 'e', value);
	o->error_mode = *value;
	return true;
}

static bool set_delivery(struct options *o, const char *value, struct text *problem)
{
	(void)problem;
	if (strchr("ibqd", *value) == NULL || *value == '\0')
		return pass_over(o, 'd', value);
	o->queue_only = *value == 'q' || *value == 'd';
	o->wait = *value == 'i';
	return true;
}

/* A configuration of its own; the files of an agent that was here before are known, and mean
 * nothing. */
static bool use_config(struct options *o, const char *value, struct text *problem)
{
	const char *slash = strrchr(value, '/');
	const char *base = slash != NULL ? slash + 1 : value;
	(void)problem;
	o->config = strcmp(base, "sendmail.cf") == 0 || strcmp(base, "submit.cf") == 0 ? NULL : value;
	return true;
}

/* -oX; letters without meaning here are passed over. */
static bool use_letter(struct options *o, const char *value, struct text *problem)
{
	switch (*value) {
	case 'i': return text_equal_ci(value + 1, "false") || use_ignore_dots(o, value, problem);
	case '7': return use_body(o, "7BIT", problem);
	case '8': return use_body(o, "8BITMIME", problem);
	case 'e': return set_error_mode(o, value + 1, problem);
	case 'd': return set_delivery(o, value + 1, problem);
	case 'A': o->aliases = value[1] != '\0' ? value + 1 : NULL; return true;
	default: return true;
	}
}

/* Without a word, the addresses show whether it is needed. */
static bool set_utf8(struct options *o, const char *value, struct text *problem)
{
	o->needs_utf8 = text_equal_ci(value, "yes");
	return o->needs_utf8 || text_equal_ci(value, "no") || text_equal_ci(value, "auto") ||
	       refuse(problem, "-O smtputf8 must be yes, no or auto; not ", value);
}

static bool set_require_tls(struct options *o, const char *value, struct text *problem)
{
	o->require_tls = text_equal_ci(value, "yes");
	return o->require_tls || text_equal_ci(value, "no") ||
	       refuse(problem, "-O requiretls must be yes or no; not ", value);
}

/* -O Name=value; names without meaning here are passed over. */
static bool use_long(struct options *o, const char *value, struct text *problem)
{
	const char *equals = strchr(value, '=');
	const char *setting = equals != NULL ? equals + 1 : "";
	if (text_starts_ci(value, "IgnoreDots"))
		return text_equal_ci(setting, "false") || use_ignore_dots(o, value, problem);
	if (text_starts_ci(value, "DeliveryMode="))
		return set_delivery(o, setting, problem);
	if (text_starts_ci(value, "ErrorMode="))
		return set_error_mode(o, setting, problem);
	if (text_starts_ci(value, "smtputf8="))
		return set_utf8(o, setting, problem);
	if (text_starts_ci(value, "AliasFile="))
		o->aliases = setting;
	if (text_starts_ci(value, "requiretls="))
		return set_require_tls(o, setting, problem);
	return true;
}

static const struct option table[] = {
    {'A', TAKES_VALUE, use_config_kind, NULL},
    {'B', TAKES_VALUE, use_body, NULL},
    {'b', TAKES_VALUE, modes_use_b, NULL},
    {'C', TAKES_VALUE, use_config, NULL},
    {'c', TAKES_NOTHING, NULL, NULL},
    {'D', TAKES_VALUE, NULL, "debugging output goes to no file; -d writes it to standard error"},
    {'d', TAKES_REST, use_debug, NULL},
    {'E', TAKES_NOTHING, NULL, NULL},
    {'e', TAKES_VALUE, set_error_mode, NULL},
    {'F', TAKES_VALUE, use_fullname, NULL},
    {'f', TAKES_VALUE, use_sender, NULL},
    {'G', TAKES_NOTHING, NULL, NULL},
    {'h', TAKES_VALUE, NULL, NULL},
    {'I', TAKES_NOTHING, use_aliases, NULL},
    {'i', TAKES_NOTHING, use_ignore_dots, NULL},
    {'J', TAKES_NOTHING, NULL, NULL},
    {'L', TAKES_VALUE, use_tag, NULL},
    {'M', TAKES_VALUE, modes_use_m, NULL},
    {'m', TAKES_NOTHING, NULL, NULL},
    {'N', TAKES_VALUE, use_notify, NULL},
    {'n', TAKES_NOTHING, use_no_alias, NULL},
    {'O', TAKES_VALUE, use_long, NULL},
    {'o', TAKES_VALUE, use_letter, NULL},
    {'p', TAKES_VALUE, NULL, NULL},
    {'Q', TAKES_REST, modes_use_quarantine, NULL},
    {'q', TAKES_REST, modes_use_q, NULL},
    {'R', TAKES_VALUE, use_ret, NULL},
    {'r', TAKES_VALUE, use_sender, NULL},
    {'S', TAKES_VALUE, NULL, "it is not an option of sendmail"},
    {'s', TAKES_NOTHING, NULL, NULL},
    {'T', TAKES_NOTHING, NULL, NULL},
    {'t', TAKES_NOTHING, use_extract, NULL},
    {'U', TAKES_NOTHING, NULL, NULL},
    {'V', TAKES_VALUE, use_envid, NULL},
    {'v', TAKES_NOTHING, use_verbose, NULL},
    {'X', TAKES_VALUE, use_traffic, NULL},
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

/* One argument with its letters; *next is the argument after it, taken if a value is needed. */
static bool read_letters(struct options *o, const char *letters, char **argv, int argc, int *next,
    struct text *problem)
{
	while (*letters != '\0') {
		const struct option *row = find_option(*letters);
		const char *value = "";
		if (row == NULL) {
			text_put(problem, "option -");
			text_escape(problem, letters, strlen(letters));
			text_put(problem, " is not known; sendmail(8) lists those that are");
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

bool options_read(struct options *o, int argc, char **argv, struct text *problem)
{
	int next = 1;
	*o = (struct options){.mode = modes_of_name(argc > 0 ? argv[0] : ""),
	    .sender = "",
	    .fullname = "",
	    .body = "",
	    .notify = "",
	    .ret = "",
	    .envid = "",
	    .tag = "",
	    .error_mode = 'p',
	    .refusal = EX_USAGE};
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
