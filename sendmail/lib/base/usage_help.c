/* Help, as the table has it. */
#include "base/usage.h"
#include "base/language.h"
#include "base/output.h"
#include "base/terminal.h"
#include "base/text.h"
#include <stdarg.h>
#include <string.h>
#include <sysexits.h>

#define COLUMN 22

/* Help is for people also where it goes through a pager. */
static int width_of(FILE *out)
{
	int width = terminal_width(out);
	return width > 0 ? width : 79;
}

static void put_form(struct text *t, const struct usage *u, const struct usage_command *c)
{
	text_printf(t, "%s%s%s%s", TR("usage: "), u->program, *u->synopsis != '\0' ? " " : "",
	    u->synopsis);
	if (c == NULL) {
		text_put(t, " COMMAND ...");
		return;
	}
	text_printf(t, "%s%s", *c->name != '\0' ? " " : "", c->name);
	for (int i = 0; c->options != NULL && c->options[i].name != NULL; i++)
		text_printf(t, " [%s%s%s]", c->options[i].name, c->options[i].value != NULL ? " " : "",
		    c->options[i].value != NULL ? c->options[i].value : "");
	text_printf(t, "%s%s", *c->operands != '\0' ? " " : "", c->operands);
}

/* A word and what it means, in two columns, or below each other where there is no room. */
static void put_row(FILE *out, const char *word, const char *meaning)
{
	output_to(out, "  %-*s", COLUMN - 4, word);
	bool fits = strlen(word) <= COLUMN - 4 && width_of(out) >= 60;
	output_to(out, fits ? "  " : "\n      ");
	terminal_wrap_at(out, TR(meaning), fits ? COLUMN : 6, fits ? COLUMN : 6, width_of(out));
}

static void put_options(FILE *out, const struct usage_option *options)
{
	for (int i = 0; options != NULL && options[i].name != NULL; i++) {
		TEXT(word, 120);
		text_printf(&word, "%s%s%s", options[i].name, options[i].value != NULL ? " " : "",
		    options[i].value != NULL ? options[i].value : "");
		put_row(out, word.data, options[i].meaning);
	}
}

static void put_codes(FILE *out, const char *codes)
{
	output_to(out, "\n%s\n  ", TR("Exit status"));
	terminal_wrap_at(out, TR(codes), 2, 2, width_of(out));
}

static void put_program(FILE *out, const struct usage *u)
{
	terminal_wrap_at(out, TR(u->about), 0, 0, width_of(out));
	TEXT(words, 200);
	text_printf(&words, TR("Commands (\"%s COMMAND --help\" says more)"), u->program);
	output_to(out, "\n");
	terminal_wrap_at(out, words.data, 0, 0, width_of(out));
	for (int i = 0; i < u->count; i++) {
		if (u->commands[i].meaning != NULL)
			put_row(out, u->commands[i].name, u->commands[i].meaning);
	}
	output_to(out, "\n%s\n", TR("Options"));
	put_options(out, u->options);
	put_row(out, "-h, --help", TR_LATER("this text"));
	put_row(out, "--version", TR_LATER("which version this is"));
	put_codes(out, u->codes);
}

void usage_help(FILE *out, const struct usage *u, const struct usage_command *command)
{
	TEXT(form, 1200);
	language_begin();
	put_form(&form, u, command);
	terminal_wrap_at(out, form.data, 11, 0, width_of(out));
	output_to(out, "\n");
	if (command == NULL) {
		put_program(out, u);
		return;
	}
	terminal_wrap_at(out, TR(command->meaning), 0, 0, width_of(out));
	if (command->more != NULL) {
		output_to(out, "\n");
		terminal_wrap_at(out, TR(command->more), 0, 0, width_of(out));
	}
	output_to(out, "\n%s\n", TR("Options"));
	put_options(out, command->options);
	put_row(out, "-h, --help", TR_LATER("this text"));
	put_codes(out, command->codes != NULL ? command->codes : u->codes);
}

int usage_wrong(const struct usage *u, const struct usage_command *command, const char *format, ...)
{
	char words[600];
	TEXT(line, 700);
	TEXT(form, 1200);
	va_list args;
	language_begin();
	va_start(args, format);
	vsnprintf(words, sizeof words, TR(format), args);
	va_end(args);
	text_printf(&line, "%s: %s", u->program, words);
	put_form(&form, u, command);
	terminal_wrap_at(stderr, line.data, 0, 0, terminal_width(stderr));
	terminal_wrap_at(stderr, form.data, 11, 0, width_of(stderr));
	output_to(stderr, TR("\"%s%s%s --help\" says more\n"), u->program,
	    command != NULL && *command->name != '\0' ? " " : "", command != NULL ? command->name : "");
	return EX_USAGE;
}
