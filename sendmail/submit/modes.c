/* Modes.  A mode that is not known is refused: its input would else be taken for a message. */
#include "submit/modes.h"
#include <string.h>

static const struct {
	const char *value;
	enum mode mode;
} modes[] = {
    {"m", MODE_SUBMIT},
    {"a", MODE_SUBMIT},
    {"q", MODE_SUBMIT},
    {"s", MODE_SMTP},
    {"p", MODE_LIST},
    {"P", MODE_COUNT},
    {"pc", MODE_COUNT},
    {"pi", MODE_IDS},
    {"pr", MODE_LIST},
    {"pu", MODE_LIST},
    {"pa", MODE_LIST},
    {"i", MODE_ALIASES},
    {"d", MODE_DAEMON},
    {"D", MODE_FOREGROUND},
    {"V", MODE_CHECK},
    {"v", MODE_VERIFY},
    {"t", MODE_TEST},
    {"h", MODE_HOSTSTAT},
    {"H", MODE_PURGESTAT},
};

bool modes_use_b(struct options *o, const char *value, struct text *problem)
{
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		if (strcmp(modes[i].value, value) == 0) {
			o->mode = modes[i].mode;
			o->queue_only = o->queue_only || *value == 'q';
			return true;
		}
	}
	if (strcmp(value, "S") == 0)
		text_put(problem, "batched SMTP (-bS) is not supported; use -bs, SMTP with its replies");
	else if (strcmp(value, "l") == 0 || strcmp(value, "df") == 0)
		text_printf(problem,
		    "-b%s is not known; -bd starts the runner, -bD does so in the foreground", value);
	else
		text_put(problem, "this mode is not known: -b"), text_escape(problem, value, strlen(value));
	return false;
}

/* -q[!]I, R, S, Q with a part of an identifier, recipient or sender. */
static bool is_choice(const char *value)
{
	value += *value == '!';
	return *value != '\0' && strchr("IRSQ", *value) != NULL;
}

static bool add_choice(struct options *o, const char *value, struct text *problem)
{
	if (o->choice_count == OPTIONS_CHOICES_MAX) {
		text_printf(problem, "-q can choose by %d parts at most", OPTIONS_CHOICES_MAX);
		return false;
	}
	o->choices[o->choice_count++] = value;
	if (o->mode == MODE_SUBMIT)
		o->mode = MODE_RUN;
	return true;
}

bool modes_use_q(struct options *o, const char *value, struct text *problem)
{
	if (is_choice(value))
		return add_choice(o, value, problem);
	o->lost_queue = strcmp(value, "L") == 0;
	if (o->lost_queue)
		value++;
	if (*value == 'p' || *value == 'f')
		value++;
	if (*value == '\0' || *value == 'G') {
		if (o->mode == MODE_SUBMIT)
			o->mode = MODE_RUN;
		return true;
	}
	if (strspn(value, "0123456789smhdw") == strlen(value)) {
		if (o->mode == MODE_SUBMIT)
			o->mode = MODE_DAEMON;
		return true;
	}
	text_put(problem, "-q needs a time (15m), or I, R, S or Q with a part of an identifier, "
	                  "recipient, sender or reason; not ");
	text_escape(problem, value, strlen(value));
	return false;
}

bool modes_use_m(struct options *o, const char *value, struct text *problem)
{
	static const struct {
		const char *letters, *command;
	} commands[] = {
	    {"rm", "mailq remove ID"},
	    {"g", "mailq remove ID"},
	    {"f", "mailq hold ID"},
	    {"t", "mailq release ID"},
	    {"c", "mailq retry ID"},
	    {"vl", "mailq why ID"},
	    {"vh", "mailq cat ID"},
	    {"vb", "mailq cat ID"},
	    {"vc", "mailq cat ID"},
	};
	const char *command = "mailq retry ID";
	(void)o;
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(commands[i].letters, value) == 0)
			command = commands[i].command;
	}
	bool none = strcmp(value, "ar") == 0 || strcmp(value, "es") == 0 || strcmp(value, "mad") == 0;
	text_put(problem, "option -M");
	text_escape(problem, value, strlen(value));
	text_printf(problem, " is refused: %s%s%s",
	    none ? "the envelope of a queued message is never changed" : "use \"", none ? "" : command,
	    none ? "" : "\"");
	return false;
}

bool modes_use_quarantine(struct options *o, const char *value, struct text *problem)
{
	(void)o, (void)value;
	text_put(problem, "option -Q is refused: use \"mailq hold ID\" and \"mailq release ID\"");
	return false;
}

enum mode modes_of_name(const char *argv0)
{
	static const struct {
		const char *name;
		enum mode mode;
	} names[] = {
	    {"mailq", MODE_LIST},
	    {"newaliases", MODE_ALIASES},
	    {"hoststat", MODE_HOSTSTAT},
	    {"purgestat", MODE_PURGESTAT},
	    {"smtpd", MODE_DAEMON},
	    {"droplist", MODE_DROPLIST},
	};
	const char *slash = strrchr(argv0, '/');
	const char *base = slash != NULL ? slash + 1 : argv0;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(names[i].name, base) == 0)
			return names[i].mode;
	}
	return MODE_SUBMIT;
}
