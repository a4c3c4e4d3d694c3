/* relayconf: the place for everything about configuration. */
#include "base/complaint.h"
#include "base/language.h"
#include "base/pager.h"
#include "base/paths.h"
#include "base/version.h"
#include "relayconf/verbs.h"
#include "relayconf/relayconf_commands.h"
#include <signal.h>
#include <string.h>
#include <sysexits.h>

static int run_setup(const char *path, struct usage_line *l)
{
	const char *const *v = l->values;
	return command_setup(path, &(struct setup_wish){.address = l->operands[0],
	                               .server = v[SETUP_SERVER],
	                               .tls = v[SETUP_TLS],
	                               .ca_file = v[SETUP_CA_FILE],
	                               .login = v[SETUP_LOGIN],
	                               .no_login = v[SETUP_NO_LOGIN] != NULL,
	                               .password_file = v[SETUP_PASSWORD_FILE],
	                               .password_command = v[SETUP_PASSWORD_COMMAND],
	                               .root = v[SETUP_ROOT],
	                               .no_alias = v[SETUP_NO_ALIAS] != NULL,
	                               .name = v[SETUP_NAME],
	                               .no_names = v[SETUP_NO_NAMES] != NULL,
	                               .no_boot = v[SETUP_NO_BOOT] != NULL,
	                               .no_test = v[SETUP_NO_TEST] != NULL,
	                               .yes = v[SETUP_YES] != NULL});
}

static int run_test(const char *path, struct usage_line *l)
{
	(void)path; /* the mail goes the way of all mail */
	return command_test(l->operands[0], l->values[TEST_FROM], l->values[TEST_JSON] != NULL);
}

static int run_check(const char *path, struct usage_line *l)
{
	return command_check(path, l->values[CHECK_JSON] != NULL, l->values[CHECK_VERBOSE] != NULL);
}

static int run_probe(const char *path, struct usage_line *l)
{
	const char *to = l->values[PROBE_TO];
	return command_probe(path, &(struct probe_wish){.smarthost = l->operands[0],
	                               .sender = l->values[PROBE_FROM],
	                               .recipient = to != NULL ? to : l->values[PROBE_TO_SHORT],
	                               .json = l->values[PROBE_JSON] != NULL});
}

static int run_show(const char *path, struct usage_line *l)
{
	return command_show(path, l->values[SHOW_JSON] != NULL);
}

static int run_get(const char *path, struct usage_line *l)
{
	return command_get(path, l->operands[0]);
}

static int run_set(const char *path, struct usage_line *l)
{
	if (l->count % 2 != 0)
		return usage_wrong(&relayconf_usage, l->command, "set: the key %.100s has no value",
		    l->operands[l->count - 1]);
	return command_set(path, l->count / 2, l->operands);
}

static int run_route(const char *path, struct usage_line *l)
{
	return command_route(path, l->values[ROUTE_FROM], l->values[ROUTE_USER], l->count, l->operands);
}

static int run_diff(const char *path, struct usage_line *l)
{
	return command_diff(path, l->operands[0]);
}

static int run_explain(const char *path, struct usage_line *l)
{
	(void)path;
	return command_explain(l->operands[0], l->values[EXPLAIN_STAGE]);
}

static int run_import(const char *path, struct usage_line *l)
{
	const char *root = l->values[IMPORT_ROOT];
	(void)path;
	return command_import(root != NULL ? root : "", l->values[IMPORT_OUTPUT],
	    l->count > 0 ? l->operands[0] : NULL, l->count > 1 ? l->operands[1] : NULL);
}

static int run_adopt(const char *path, struct usage_line *l)
{
	const char *root = l->values[ADOPT_ROOT];
	(void)path;
	return command_adopt(root != NULL ? root : "", l->values[ADOPT_YES] != NULL);
}

static int run_oauth(const char *path, struct usage_line *l)
{
	return command_oauth(path, l->operands[0], l->operands[1]);
}

static int run_environment(const char *path, struct usage_line *l)
{
	(void)l; /* the variables are its operands */
	return command_environment(path);
}

static int run_completion(const char *path, struct usage_line *l)
{
	(void)path;
	if (usage_complete(stdout, &relayconf_usage, l->operands[0]))
		return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
	return usage_no_choice(&relayconf_usage, l);
}

/* What programs read is English. */
static bool is_for_people(const struct usage_line *l)
{
	const struct usage_option *options = l->command->options;
	for (int i = 0; options != NULL && options[i].name != NULL; i++) {
		if (l->values[i] != NULL && strcmp(options[i].name, "--json") == 0)
			return false;
	}
	return true;
}

static int run(const char *path, int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(const char *path, struct usage_line *l);
		bool is_long; /* a pager shows it */
	} runs[] = {
	    {"setup", run_setup, false},
	    {"test", run_test, false},
	    {"check", run_check, false},
	    {"probe", run_probe, false},
	    {"show", run_show, true},
	    {"get", run_get, false},
	    {"set", run_set, false},
	    {"route", run_route, false},
	    {"diff", run_diff, true},
	    {"explain", run_explain, true},
	    {"import", run_import, false},
	    {"adopt", run_adopt, false},
	    {"oauth", run_oauth, false},
	    {"environment", run_environment, false},
	    {"completion", run_completion, false},
	};
	struct usage_line line;
	int code = usage_read(&relayconf_usage, argc, argv, &line);
	if (code >= 0)
		return code;
	if (is_for_people(&line))
		language_begin();
	for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
		if (strcmp(runs[i].name, line.command->name) != 0)
			continue;
		if (runs[i].is_long)
			pager_begin();
		return runs[i].run(path, &line);
	}
	return EX_SOFTWARE;
}

int main(int argc, char **argv)
{
	const char *path = paths_config();
	int at = 1;
	signal(SIGCHLD, SIG_DFL); /* a caller who ignores it hands that on */
	if (version_asked(argc, argv))
		return EX_OK;
	if (argc > 2 && strcmp(argv[1], "-C") == 0) {
		path = argv[2];
		at = 3;
	}
	if ((argc == 2 && strcmp(argv[1], "-C") == 0) || *path == '\0')
		return usage_wrong(&relayconf_usage, NULL, "option -C needs the name of a file");
	if (at >= argc)
		return usage_wrong(&relayconf_usage, NULL, "a command is missing");
	return complaint_of_output("relayconf", run(path, argc - at, argv + at));
}
