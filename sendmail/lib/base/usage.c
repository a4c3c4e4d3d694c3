/* Reading a command line by its table. */
#include "base/language.h"
#include "base/usage.h"
#include "base/nearest.h"
#include "base/text.h"
#include <string.h>
#include <sysexits.h>

bool usage_asks_for_help(const char *word)
{
	return strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0;
}

const struct usage_command *usage_find(const struct usage *u, const char *name)
{
	for (int i = 0; i < u->count; i++) {
		if (strcmp(u->commands[i].name, name) == 0)
			return &u->commands[i];
	}
	return NULL;
}

static const char *next_command(const void *context, int i)
{
	const struct usage *u = context;
	return i < u->count ? u->commands[i].name : NULL;
}

static const char *next_option(const void *context, int i)
{
	const struct usage_option *options = context;
	return options != NULL ? options[i].name : NULL;
}

/* The sentence that follows is in the reader's language, too. */
static void ask_meant(struct text *near, const char *word)
{
	language_begin();
	nearest_ask(near, word);
}

static int unknown(const struct usage *u, const char *word)
{
	TEXT(near, 100);
	if (*word == '-')
		return usage_unknown_option(u, word);
	const char *meant = NULL;
	for (int i = 0; u->elsewhere[i][0] != NULL; i++)
		meant = strcmp(u->elsewhere[i][0], word) == 0 ? u->elsewhere[i][1] : meant;
	ask_meant(&near, meant != NULL ? meant : nearest_word(word, next_command, u));
	return usage_wrong(u, NULL, "there is no command %.60s%s", word, near.data);
}

int usage_unknown_option(const struct usage *u, const char *word)
{
	static const char *const always[] = {"--help", "--version", NULL};
	TEXT(near, 100);
	const char *meant = nearest_word(word, next_option, u->options);
	ask_meant(&near, meant != NULL ? meant : nearest_of(word, always));
	return usage_wrong(u, NULL, "option %.60s is not known%s", word, near.data);
}

int usage_no_choice(const struct usage *u, const struct usage_line *line)
{
	char list[200];
	const char *words[20] = {NULL};
	TEXT(near, 100);
	int count = 0;
	text_copy(list, sizeof list, line->command->choices);
	for (char *word = strtok(list, " "); word != NULL && count < 19; word = strtok(NULL, " "))
		words[count++] = word;
	ask_meant(&near, nearest_of(line->operands[0], words));
	return usage_wrong(u, line->command, "%.60s is none of %s%s", line->operands[0],
	    line->command->choices, near.data);
}

/* Number of the option; -1: there is none of that name.  *value: what follows its "=". */
static int find_option(const struct usage_option *options, char *word, char **value)
{
	size_t length = strcspn(word, "=");
	*value = text_starts(word, "--") && word[length] == '=' ? word + length + 1 : NULL;
	for (int i = 0; options != NULL && options[i].name != NULL; i++) {
		if (strcmp(options[i].name, word) == 0 ||
		    (*value != NULL && strlen(options[i].name) == length &&
		        strncmp(options[i].name, word, length) == 0))
			return i;
	}
	return -1;
}

/* Reads the option at argv[i]; how many words it has, 0 after a message. */
static int read_option(const struct usage *u, struct usage_line *line, int argc, char **argv, int i)
{
	char *value;
	const struct usage_option *options = line->command->options;
	int at = find_option(options, argv[i], &value);
	if (at < 0) {
		TEXT(near, 100);
		ask_meant(&near, nearest_word(argv[i], next_option, options));
		usage_wrong(u, line->command, "%s: option %.60s is not known%s", line->command->name,
		    argv[i], near.data);
		return 0;
	}
	if (options[at].value == NULL && value == NULL) {
		line->values[at] = options[at].name;
		return 1;
	}
	if (options[at].value == NULL || (value == NULL && i + 1 >= argc)) {
		language_begin();
		usage_wrong(u, line->command,
		    options[at].value == NULL ? TR("%s: option %s has no value%s")
		                              : TR("%s: option %s needs a value: %s"),
		    line->command->name, options[at].name,
		    options[at].value == NULL ? "" : options[at].value);
		return 0;
	}
	line->values[at] = value != NULL ? value : argv[i + 1];
	return value != NULL ? 1 : 2;
}

static int check_count(const struct usage *u, const struct usage_line *line)
{
	const struct usage_command *c = line->command;
	if (line->count < c->least)
		return usage_wrong(u, c, "%s needs %s", c->name, c->operands);
	if (c->most >= 0 && line->count > c->most)
		return usage_wrong(u, c, "%s: %.60s is one word too many", c->name,
		    line->operands[c->most]);
	return -1;
}

int usage_read_as(const struct usage *u, const struct usage_command *c, int argc, char **argv,
    struct usage_line *line)
{
	int kept = 1;
	bool plain = c->verbatim;
	*line = (struct usage_line){.command = c, .operands = argv + 1};
	for (int i = 1; i < argc;) {
		if (usage_asks_for_help(argv[i]) && (i == 1 || !plain)) {
			usage_help(stdout, u, c);
			return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
		}
		if (!plain && strcmp(argv[i], "--") == 0) {
			plain = true;
			i++;
		} else if (plain || argv[i][0] != '-' || argv[i][1] == '\0') {
			argv[kept++] = argv[i++];
		} else {
			int words = read_option(u, line, argc, argv, i);
			if (words == 0)
				return EX_USAGE;
			i += words;
		}
	}
	argv[kept] = NULL;
	line->count = kept - 1;
	return check_count(u, line);
}

int usage_read(const struct usage *u, int argc, char **argv, struct usage_line *line)
{
	const struct usage_command *c;
	if (usage_asks_for_help(argv[0]) || strcmp(argv[0], "help") == 0) {
		c = argc > 1 ? usage_find(u, argv[1]) : NULL;
		if (argc > 1 && c == NULL)
			return unknown(u, argv[1]);
		usage_help(stdout, u, c);
		return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
	}
	c = usage_find(u, argv[0]);
	return c != NULL ? usage_read_as(u, c, argc, argv, line) : unknown(u, argv[0]);
}
