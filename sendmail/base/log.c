/* The log.  One function writes, so that every line is escaped and bounded in the same way. */
#include "base/log.h"
#include "base/text.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int destination = LOG_TO_STDERR;
static int debug_on;
static const char *name = "firsthop";

void log_start(const char *tag, int to)
{
	name = tag;
	destination = to;
	if (to & LOG_TO_SYSLOG)
		openlog(tag, LOG_PID | LOG_NDELAY, LOG_MAIL);
}

void log_close(void)
{
	closelog();
}

void log_again(void)
{
	log_start(name, destination);
}

void log_debug(int on)
{
	debug_on = on;
}

void log_line(int priority, const char *format, ...)
{
	int saved = errno;
	char raw[4096];
	va_list args;
	if (priority == LOG_DEBUG && !debug_on)
		return;
	va_start(args, format);
	vsnprintf(raw, sizeof raw, format, args);
	va_end(args);
	char safe[4096];
	struct text line;
	text_init(&line, safe, sizeof safe);
	text_escape(&line, raw, strlen(raw));
	if (destination & LOG_TO_SYSLOG)
		syslog(priority, "%s", safe);
	if (destination & LOG_TO_STDERR)
		fprintf(stderr, "%s: %s\n", name, safe);
	errno = saved;
}
