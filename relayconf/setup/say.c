/* What setup says, a line for each thing that it found or did. */
#include "base/output.h"
#include "base/terminal.h"
#include "relayconf/setup/setup.h"
#include <stdarg.h>
#include <stdio.h>

void setup_say(const char *name, const char *format, ...)
{
	char words[1600];
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	output_to(stdout, "%-8s ", name);
	terminal_wrap(stdout, words, 9, 9);
	fflush(stdout);
}
