/* What setup says, a line for each thing that it found or did. */
#include "base/language.h"
#include "base/output.h"
#include "base/terminal.h"
#include "relayconf/setup/setup.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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
