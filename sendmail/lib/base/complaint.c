/* Sentences on standard error. */
#include "base/complaint.h"
#include "base/language.h"
#include "base/terminal.h"
#include "base/text.h"
#include <stdarg.h>
#include <sysexits.h>

void complaint_say(const char *program, const char *format, ...)
{
	char words[2400];
	TEXT(line, 2500);
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof words, TR(format), args);
	va_end(args);
	text_printf(&line, "%s: %s", program, words);
	terminal_wrap(stderr, line.data, 0, 0);
}

int complaint_of_output(const char *program, int code)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return code;
	complaint_say(program, "standard output cannot be written: is the disk full, or is it closed?");
	return EX_IOERR;
}
