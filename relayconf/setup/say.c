/* What setup says, a line for each thing that it found or did. */
#include "base/language.h"
#include "base/nearest.h"
#include "base/output.h"
#include "base/terminal.h"
#include "relayconf/setup/setup.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

void setup_say(const char *name, const char *format, ...)
{
	char words[1600];
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	/* The longest label makes the column. */
	const char *longest = TR("password");
	int column =
	    terminal_put_label(stdout, TR(name), terminal_columns(longest, strlen(longest)) + 1);
	terminal_wrap(stdout, words, column, column);
	fflush(stdout);
}

int setup_fail(int code, const char *format, ...)
{
	char words[1600];
	TEXT(line, 1700);
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	text_printf(&line, "relayconf: setup: %s", words);
	terminal_wrap(stderr, line.data, 0, 0);
	return code;
}

int setup_fail_unanswered(void)
{
	return setup_fail(EX_NOINPUT, TR("there was no answer; nothing was changed"));
}

/* A value that may be in the configuration. */
bool setup_fits(const char *value, size_t size)
{
	return strlen(value) < size && !text_has_control(value) && strpbrk(value, " ;\t") == NULL;
}

bool setup_tls_mode(const char *word)
{
	static const char *const modes[] = {"verify", "encrypt", "off", NULL};
	TEXT(near, 60);
	bool known = word == NULL;
	for (int i = 0; modes[i] != NULL && !known; i++)
		known = strcmp(word, modes[i]) == 0;
	if (known)
		return true;
	nearest_ask(&near, nearest_of(word, modes));
	setup_fail(EX_USAGE, TR("--tls must be verify, encrypt or off%s"), near.data);
	return false;
}
