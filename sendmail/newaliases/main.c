/* newaliases: there is nothing to rebuild; the aliases are checked, because a mistake in them holds
 * mail up, and what they say is printed. */
#include "base/complaint.h"
#include "base/nearest.h"
#include "base/output.h"
#include "base/paths.h"
#include "base/text.h"
#include "base/version.h"
#include "config/config.h"
#include "config/recipients.h"
#include "newaliases/database.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define ENTRIES_MAX 200

static const char usage[] =
    "usage: newaliases [FILE]              checks the aliases, and shows what each becomes\n       "
    "newaliases --dump [FILE]       prints the whole table as text\n       newaliases --from-db "
    "DATABASE  prints an old aliases.db or aliases.dat as text\n";

static int wrong(const char *word)
{
	static const char *const options[] = {"--dump", "--from-db", "--help", NULL};
	TEXT(near, 40);
	nearest_ask(&near, nearest_of(word, options));
	if (word[0] == '-')
		output_to(stderr, "newaliases: option %.60s is not known%s\n", word, near.data);
	else
		output_to(stderr, "newaliases: %.60s is one word too many\n", word);
	return fputs(usage, stderr) < 0 ? EX_IOERR : EX_USAGE;
}

struct printing {
	const struct config *config;
	int count;
};

static void print_end(void *context, enum alias_end end, const char *what, enum reason_key key,
    const char *why)
{
	struct printing *t = context;
	(void)key;
	(void)why;
	output_to(stdout, "%s", t->count++ > 0 ? ", " : " ");
	if (end == ALIAS_ADDRESS) {
		char *full = recipients_qualify(t->config, what);
		output_to(stdout, "%s", full);
		free(full);
	} else {
		output_to(stdout, "%s", end == ALIAS_DISCARD ? "nothing (/dev/null)" : "(waits: ");
		if (end == ALIAS_HELD)
			output_to(stdout, "%s)", what);
	}
}

/* "*", or "default" without it. */
static bool is_for_the_rest(const struct aliases *set, const char *name)
{
	return strcmp(name, "*") == 0 ||
	       (text_equal_ci(name, "default") && !aliases_has_name(set, "*"));
}

/* The names are those of the dump: each line begins with one. */
static void report_all(const struct aliases *set, const struct config *c)
{
	struct buffer text = {0};
	aliases_dump(set, &text);
	char *rest = (char *)(uintptr_t)buffer_string(&text), *line;
	for (int printed = 0; (line = strsep(&rest, "\n")) != NULL && *line != '\0'; printed++) {
		struct printing t = {.config = c};
		char *end = *line == '"' ? strchr(line + 1, '"') : strchr(line, ':');
		if (printed == ENTRIES_MAX) {
			output_to(stdout, "and %d more; newaliases --dump prints them all\n",
			    aliases_count(set) - printed);
			break;
		}
		if (end == NULL)
			continue;
		*end = '\0';
		char *name = *line == '"' ? line + 1 : line;
		output_to(stdout, "%s:", name);
		aliases_expand(set, c->name, name, print_end, &t);
		output_to(stdout, is_for_the_rest(set, name)
		                      ? "; also for each name of this machine that has no alias\n"
		                      : "\n");
	}
	buffer_free(&text);
}

static int check(const struct config *c, const char *path, bool missing_ok, bool dump)
{
	struct aliases *set = NULL;
	struct diagnosis d = {0};
	int code = EX_OK;
	if (!aliases_read(&set, path, missing_ok, &d)) {
		output_to(stderr, "newaliases: %s\n", d.text);
		code = EX_DATAERR;
	} else if (dump) {
		struct buffer text = {0};
		aliases_dump(set, &text);
		fwrite(buffer_string(&text), 1, text.length, stdout);
		buffer_free(&text);
	} else {
		report_all(set, c);
	}
	int wrong = aliases_problem_count(set);
	for (int i = 0; i < wrong; i++)
		output_to(stderr, "newaliases: %s\n", aliases_problem(set, i));
	if (code == EX_OK && !dump)
		output_to(stdout, "%s: %d aliases, %s\n", path, aliases_count(set),
		    wrong == 0 ? "all of them can be used" : "see what is wrong above");
	if (wrong > 0)
		code = EX_DATAERR;
	aliases_free(set);
	return code;
}

/* What sendmail's newaliases takes, and what means nothing here. */
static bool is_of_sendmail(const char *word)
{
	return strcmp(word, "-v") == 0 || strcmp(word, "-bi") == 0 || strcmp(word, "-Am") == 0 ||
	       (strncmp(word, "-o", 2) == 0 && word[2] != '\0' && word[2] != 'A');
}

static int serve(int argc, char **argv)
{
	struct config c, defaults;
	struct diagnosis d = {0};
	bool dump = false;
	const char *given = NULL;
	if (version_asked(argc, argv))
		return EX_OK;
	signal(SIGCHLD, SIG_DFL); /* a caller who ignores it hands that on */
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0)
			return puts(usage) < 0 ? EX_IOERR : EX_OK;
		if (strcmp(argv[i], "--from-db") == 0 && i + 2 == argc)
			return database_print(argv[i + 1]);
		if (strcmp(argv[i], "--dump") == 0)
			dump = true;
		else if (argv[i][0] != '-' && given == NULL)
			given = argv[i];
		else if (strncmp(argv[i], "-oA", 3) == 0 && (argv[i][3] != '\0' || i + 1 < argc))
			given = argv[i][3] != '\0' ? argv[i] + 3 : argv[++i];
		else if (is_of_sendmail(argv[i]))
			continue;
		else
			return wrong(argv[i]);
	}
	/* A broken configuration is another program's matter; then the usual place is looked at. */
	bool good = config_read(&c, paths_config(), &d);
	config_defaults(&defaults);
	const char *path = given != NULL ? given : good ? c.aliases : defaults.aliases;
	if (!good && d.key != REASON_CONFIG_MISSING)
		output_to(stderr, "newaliases: %s; %s is checked\n", d.text, path);
	int code = check(&c, path, given == NULL && strcmp(path, defaults.aliases) == 0, dump);
	config_free(&c);
	config_free(&defaults);
	return fflush(stdout) != 0 && code == EX_OK ? EX_IOERR : code;
}

int main(int argc, char **argv)
{
	return complaint_of_output("newaliases", serve(argc, argv));
}
