/* relayconf: the place for everything about configuration. */
#include "base/output.h"
#include "base/paths.h"
#include "base/version.h"
#include "relayconf/command.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const char help_text[] =
    "usage: relayconf [-C file] command\n"
    "  check [--json]              is everything right that delivery depends on?\n"
    "  show [--json]               every value in effect, and where it comes from\n"
    "  get KEY                     one value, e.g. smarthost.main.port\n"
    "  set KEY VALUE ...           changes these lines, all or none; comments and order stay\n"
    "  set KEY --default           comments the line out\n"
    "  route [-f SENDER] ADDRESS ...\n"
    "                              the way that mail to an address would take now\n"
    "  diff FILE                   which waiting messages would go another way with this file\n"
    "  explain [--stage=STAGE] KEY|\"WORDS\"\n"
    "                              what a reason, or a server's answer, means, what to do, and "
    "what "
    "delivery does\n"
    "  import [-o FILE] [PROGRAM [FILE]]\n"
    "                              settings of dma, ssmtp, msmtp, nullmailer, sendmail or Postfix "
    "as firsthop.conf\n"
    "  adopt [--yes]               takes over mail that lies in the queues of sendmail, dma, "
    "nullmailer or Postfix\n"
    "  probe [SMARTHOST] [--from ADDRESS] [--to ADDRESS] [--json]\n"
    "                              a real session up to RCPT, told and timed line by line; sends "
    "no mail\n";

static int usage(const char *what)
{
	output_to(stderr, "relayconf: %s\n%s", what, help_text);
	return EX_USAGE;
}

static int probe(const char *path, int argc, char **argv)
{
	struct probe_wish wish = {0};
	for (int i = 0; i < argc; i++) {
		bool to = strcmp(argv[i], "--to") == 0 || strcmp(argv[i], "-r") == 0;
		if ((to || strcmp(argv[i], "--from") == 0) && i + 1 < argc)
			*(to ? &wish.recipient : &wish.sender) = argv[i + 1], i++;
		else if (strcmp(argv[i], "--json") == 0)
			wish.json = true;
		else if (argv[i][0] == '-' || wish.smarthost != NULL)
			return usage("probe takes a smarthost, --from and --to with an address, and --json");
		else
			wish.smarthost = argv[i];
	}
	return command_probe(path, &wish);
}

static int import(int argc, char **argv)
{
	const char *root = "", *output = NULL;
	int at = 0;
	for (; at + 1 < argc && argv[at][0] == '-'; at += 2) {
		if (strcmp(argv[at], "-R") == 0)
			root = argv[at + 1];
		else if (strcmp(argv[at], "-o") == 0)
			output = argv[at + 1];
		else
			break;
	}
	if (argc - at > 2 || (at < argc && argv[at][0] == '-'))
		return usage("import takes -o FILE, -R ROOT, the name of a program and its file");
	return command_import(root, output, at < argc ? argv[at] : NULL,
	    at + 1 < argc ? argv[at + 1] : NULL);
}

static int adopt(int argc, char **argv)
{
	const char *root = "";
	bool yes = false;
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--yes") == 0)
			yes = true;
		else if (strcmp(argv[i], "-R") == 0 && i + 1 < argc)
			root = argv[++i];
		else
			return usage("adopt takes --yes, and -R ROOT");
	}
	return command_adopt(root, yes);
}

static int run(const char *path, int argc, char **argv)
{
	const char *command = argv[0];
	if (strcmp(command, "check") == 0 &&
	    (argc == 1 || (argc == 2 && strcmp(argv[1], "--json") == 0)))
		return command_check(path, argc == 2);
	if (strcmp(command, "show") == 0 &&
	    (argc == 1 || (argc == 2 && strcmp(argv[1], "--json") == 0)))
		return command_show(path, argc == 2);
	if (strcmp(command, "get") == 0 && argc == 2)
		return command_get(path, argv[1]);
	if (strcmp(command, "set") == 0 && argc >= 3 && argc % 2 == 1)
		return command_set(path, argc / 2, argv + 1);
	if (strcmp(command, "route") == 0 && argc > 3 && strcmp(argv[1], "-f") == 0)
		return command_route(path, argv[2], argc - 3, argv + 3);
	if (strcmp(command, "route") == 0 && argc > 1 && (argv[1][0] != '-' || argv[1][1] == '\0'))
		return command_route(path, NULL, argc - 1, argv + 1);
	if (strcmp(command, "diff") == 0 && argc == 2)
		return command_diff(path, argv[1]);
	if (strcmp(command, "explain") == 0 && argc == 2)
		return command_explain(argv[1], NULL);
	if (strcmp(command, "explain") == 0 && argc == 3 && strncmp(argv[1], "--stage=", 8) == 0)
		return command_explain(argv[2], argv[1] + 8);
	if (strcmp(command, "probe") == 0)
		return probe(path, argc - 1, argv + 1);
	if (strcmp(command, "adopt") == 0)
		return adopt(argc - 1, argv + 1);
	if (strcmp(command, "import") == 0)
		return import(argc - 1, argv + 1);
	return usage("this command, or its number of arguments, is not known");
}

int main(int argc, char **argv)
{
	const char *path = paths_config();
	int at = 1;
	signal(SIGCHLD, SIG_DFL); /* a caller who ignores it hands that on */
	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return fputs(help_text, stdout) < 0 ? EX_IOERR : EX_OK;
	if (version_asked(argc, argv))
		return EX_OK;
	if (argc > 2 && strcmp(argv[1], "-C") == 0) {
		path = argv[2];
		at = 3;
	}
	if (at >= argc)
		return usage("a command is missing");
	return run(path, argc - at, argv + at);
}
