/* The log.  One function writes, so that every line is escaped and bounded in the same way. */
#include "base/log.h"
#include "base/log_json.h"
#include "base/text.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int destination = LOG_TO_STDERR;
static bool json_on;
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

void log_json(bool on)
{
	json_on = on;
}

static void emit(int priority, const char *line)
{
	if (destination & LOG_TO_SYSLOG)
		syslog(priority, "%s", line);
	if ((destination & LOG_TO_STDERR) && json_on)
		fprintf(stderr, "%s\n", line);
	else if (destination & LOG_TO_STDERR)
		fprintf(stderr, "%s: %s\n", name, line);
}

static void emit_json(int priority, const char *event, const char *fields, const char *words)
{
	struct buffer line = {0};
	log_json_put(&line, priority, name, event, fields, words);
	emit(priority, buffer_string(&line));
	buffer_free(&line);
}

void log_line(int priority, const char *format, ...)
{
	int saved = errno;
	char raw[4096];
	va_list args;
	va_start(args, format);
	vsnprintf(raw, sizeof raw, format, args);
	va_end(args);
	TEXT(safe, 4096);
	text_escape(&safe, raw, strlen(raw));
	if (json_on)
		emit_json(priority, NULL, NULL, raw);
	else
		emit(priority, safe.data);
	errno = saved;
}

void log_fields(int priority, const char *event, struct buffer *fields, const char *words)
{
	int saved = errno;
	TEXT(safe, 4096);
	text_put(&safe, buffer_string(fields));
	text_put(&safe, *words != '\0' ? " " : "");
	text_escape(&safe, words, strlen(words));
	if (json_on)
		emit_json(priority, event, buffer_string(fields), words);
	else
		emit(priority, safe.data);
	errno = saved;
}
