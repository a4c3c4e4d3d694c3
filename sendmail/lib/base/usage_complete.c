/* Completion for four shells, written from the table. */
#include "base/usage.h"
#include <string.h>

/* The command whose output are the words of a kind; NULL: there are none to offer. */
static const char *source_of(enum usage_kind kind)
{
	switch (kind) {
	case USAGE_KEY: return "relayconf show 2>/dev/null | sed -n \"2,\\$s/ .*//p\"";
	case USAGE_HOP:
		return "relayconf show 2>/dev/null | sed -n \"s/^smarthost\\.\\(.*\\)\\.host .*/\\1/p\"";
	case USAGE_ID: return "mailq -bpi 2>/dev/null";
	default: return NULL;
	}
}

/* Text in single quotes of sh; characters of special are led by a backslash. */
static void put_quoted(FILE *out, const char *text, const char *special)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fprintf(out, strchr(special, *text) != NULL ? "\\%c" : "%c", *text);
	}
}

static void put_names(FILE *out, const struct usage_option *options)
{
	for (int i = 0; options != NULL && options[i].name != NULL; i++)
		fprintf(out, " %s", options[i].name);
	fputs(" --help", out);
}

static void put_commands(FILE *out, const struct usage *u)
{
	for (int i = 0; i < u->count; i++)
		fprintf(out, "%s%s", i > 0 ? " " : "", u->commands[i].name);
}

/* bash: what is offered for a word of this kind. */
static void bash_words(FILE *out, enum usage_kind kind, const char *choices)
{
	if (kind == USAGE_CHOICE)
		fprintf(out, "words='%s'", choices);
	else if (kind == USAGE_FILE)
		fputs("files=yes", out);
	else if (source_of(kind) != NULL)
		fprintf(out, "words=$(%s)", source_of(kind));
	else
		fputs("words=", out);
}

static void bash_values(FILE *out, const char *command, const struct usage_option *options)
{
	for (int i = 0; options != NULL && options[i].name != NULL; i++) {
		if (options[i].value == NULL)
			continue;
		fprintf(out, "\t'%s %s') ", command, options[i].name);
		bash_words(out, options[i].kind, options[i].choices);
		fputs(" ;;\n", out);
	}
}

static void bash(FILE *out, const struct usage *u)
{
	fprintf(out,
	    "# firsthop: bash completion for %s, made by \"%s completion bash\"\n"
	    "_firsthop_%s() {\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= words= "
	    "files= i\n"
	    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	    "\t\tcase ${COMP_WORDS[i]} in -C | --format) i=$((i + 1)) ;; -*) ;; *) "
	    "command=${COMP_WORDS[i]}; break ;; esac\n"
	    "\tdone\n"
	    "\tcase \"$command $prev\" in\n",
	    u->program, u->program, u->program);
	bash_values(out, "", u->options);
	for (int i = 0; i < u->count; i++)
		bash_values(out, u->commands[i].name, u->commands[i].options);
	fputs("\t*)\n\t\tcase $command in\n\t\t'') words='", out);
	put_commands(out, u);
	put_names(out, u->options);
	fputs("' ;;\n", out);
	for (int i = 0; i < u->count; i++) {
		fprintf(out, "\t\t%s) ", u->commands[i].name);
		bash_words(out, u->commands[i].kind, u->commands[i].choices);
		fputs("; words=\"$words", out);
		put_names(out, u->commands[i].options);
		fputs("\" ;;\n", out);
	}
	fprintf(out,
	    "\t\tesac ;;\n\tesac\n"
	    "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	    "\t[ -z \"$files\" ] || COMPREPLY+=($(compgen -f -- \"$cur\"))\n"
	    "}\n"
	    "complete -F _firsthop_%s %s\n",
	    u->program, u->program);
}

static void zsh_word(FILE *out, const char *name, enum usage_kind kind, const char *choices)
{
	fprintf(out, ":%s:", name);
	if (kind == USAGE_CHOICE)
		fprintf(out, "(%s)", choices);
	else if (kind == USAGE_FILE)
		fputs("_files", out);
	else if (source_of(kind) != NULL) {
		fputs("{compadd -- $(", out);
		put_quoted(out, source_of(kind), "");
		fputs(")}", out);
	}
}

static void zsh_options(FILE *out, const struct usage_option *options)
{
	for (int i = 0; options != NULL && options[i].name != NULL; i++) {
		fprintf(out, " '%s[", options[i].name);
		put_quoted(out, options[i].meaning, "[]:");
		fputs("]", out);
		if (options[i].value != NULL)
			zsh_word(out, options[i].value, options[i].kind, options[i].choices);
		fputs("'", out);
	}
	fputs(" '--help[help]'", out);
}

static void zsh(FILE *out, const struct usage *u)
{
	fprintf(out,
	    "#compdef %s\n# firsthop: made by \"%s completion zsh\"\n_%s() {\n\tlocal context state "
	    "line\n"
	    "\ttypeset -A opt_args\n\t_arguments -C",
	    u->program, u->program, u->program);
	zsh_options(out, u->options);
	fputs(" '1:command:->command' '*::word:->words'\n\tcase $state in\n\tcommand)\n"
	      "\t\tlocal -a commands\n\t\tcommands=(",
	    out);
	for (int i = 0; i < u->count; i++) {
		fprintf(out, "'%s:", u->commands[i].name);
		put_quoted(out, u->commands[i].meaning, ":");
		fputs("' ", out);
	}
	fputs(")\n\t\t_describe command commands ;;\n\twords)\n\t\tcase $words[1] in\n", out);
	for (int i = 0; i < u->count; i++) {
		const struct usage_command *c = &u->commands[i];
		fprintf(out, "\t\t%s) _arguments", c->name);
		zsh_options(out, c->options);
		if (*c->operands != '\0' &&
		    (c->kind == USAGE_CHOICE || c->kind == USAGE_FILE || source_of(c->kind) != NULL)) {
			fputs(" '*", out);
			zsh_word(out, "word", c->kind, c->choices);
			fputs("'", out);
		}
		fputs(" ;;\n", out);
	}
	fprintf(out, "\t\tesac ;;\n\tesac\n}\n_%s \"$@\"\n", u->program);
}

static void fish_source(FILE *out, enum usage_kind kind, const char *choices)
{
	if (kind == USAGE_CHOICE)
		fprintf(out, " -a '%s'", choices);
	else if (kind == USAGE_FILE)
		fputs(" -F", out);
	else if (source_of(kind) != NULL) {
		fputs(" -a \"(", out);
		/* Between double quotes there: a dollar and a quote get a backslash, and those that have
		 * one already lose nothing by it. */
		for (const char *at = source_of(kind); *at != '\0'; at++) {
			at += *at == '\\' && at[1] == '$';
			fprintf(out, *at == '"' || *at == '$' ? "\\%c" : "%c", *at);
		}
		fputs(")\"", out);
	}
}

/* fish keeps -s x (a letter), -l word and -o word (one dash) apart. */
static void fish_options(FILE *out, const struct usage *u, const char *condition,
    const struct usage_option *options)
{
	for (int i = 0; options != NULL && options[i].name != NULL; i++) {
		const char *name = options[i].name;
		bool two = name[1] == '-';
		fprintf(out, "complete -c %s -n '%s' %s %s -d '", u->program, condition,
		    two                 ? "-l"
		    : strlen(name) == 2 ? "-s"
		                        : "-o",
		    name + 1 + two);
		put_quoted(out, options[i].meaning, "");
		fputs("'", out);
		if (options[i].value != NULL) {
			fputs(" -r", out);
			fish_source(out, options[i].kind, options[i].choices);
		}
		fputs("\n", out);
	}
}

static void fish(FILE *out, const struct usage *u)
{
	fprintf(out, "# firsthop: made by \"%s completion fish\"\ncomplete -c %s -f\n", u->program,
	    u->program);
	fish_options(out, u, "__fish_use_subcommand", u->options);
	for (int i = 0; i < u->count; i++) {
		const struct usage_command *c = &u->commands[i];
		char condition[120];
		snprintf(condition, sizeof condition, "__fish_seen_subcommand_from %s", c->name);
		fprintf(out, "complete -c %s -n __fish_use_subcommand -a %s -d '", u->program, c->name);
		put_quoted(out, c->meaning, "");
		fputs("'\n", out);
		fish_options(out, u, condition, c->options);
		fprintf(out, "complete -c %s -n '%s' -l help -d 'help'", u->program, condition);
		fputs("\n", out);
		if (c->kind == USAGE_CHOICE || c->kind == USAGE_FILE || source_of(c->kind) != NULL) {
			fprintf(out, "complete -c %s -n '%s'", u->program, condition);
			fish_source(out, c->kind, c->choices);
			fputs("\n", out);
		}
	}
}

/* tcsh: by the place of the word, by the one before it, or by how it begins.  Its back quotes
   run its own syntax, so only plain commands are there. */
static void tcsh(FILE *out, const struct usage *u)
{
	fprintf(out, "# firsthop: made by \"%s completion tcsh\"\ncomplete %s 'p/1/(", u->program,
	    u->program);
	put_commands(out, u);
	put_names(out, u->options);
	fputs(")/'", out);
	for (int i = 0; i < u->count; i++) {
		const struct usage_command *c = &u->commands[i];
		if (c->kind == USAGE_CHOICE)
			fprintf(out, " \\\n\t'n/%s/(%s)/'", c->name, c->choices);
		else if (c->kind == USAGE_FILE)
			fprintf(out, " \\\n\t'n/%s/f/'", c->name);
		else if (c->kind == USAGE_ID)
			fprintf(out, " \\\n\t'n/%s/`mailq -bpi`/'", c->name);
		else if (c->kind == USAGE_KEY)
			fprintf(out, " \\\n\t'n@%s@`relayconf show | cut -d\" \" -f1`@'", c->name);
		fprintf(out, " \\\n\t'N/%s/(", c->name);
		put_names(out, c->options);
		fputs(" )/'", out);
	}
	fputs("\n", out);
}

bool usage_complete(FILE *out, const struct usage *u, const char *shell)
{
	static const struct {
		const char *name;
		void (*write)(FILE *out, const struct usage *u);
	} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}, {"tcsh", tcsh}};
	for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
		if (strcmp(shells[i].name, shell) != 0)
			continue;
		shells[i].write(out, u);
		return true;
	}
	return false;
}
