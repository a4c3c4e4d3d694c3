/* The log.  One function writes, so that every line is escaped and bounded in the same way. */
#include "base/log.h"
#include "base/log_json.h"
#include "base/log_socket.h"
#include "base/text.h"
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int destination = LOG_TO_STDERR;
static bool json_on;
static const char *name = "firsthop";
static unsigned long long lost_on_stderr;

void log_start(const char *tag, int to)
{
	name = tag;
	destination = to;
	if (to & LOG_TO_SYSLOG)
		log_socket_open(tag, to & LOG_KEEPS);
}

void log_close(void)
{
	log_socket_close();
}

void log_again(void)
{
	log_start(name, destination & ~LOG_KEEPS);
}

void log_json(bool on)
{
	json_on = on;
}

/* A pipe to a supervisor that hangs, or a terminal that was stopped, is not waited for either. */
static bool stderr_takes(void)
{
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
	return poll(&p, 1, 0) != 0;
}

static void put_stderr(const char *component, const char *line)
{
	if (!stderr_takes()) {
		lost_on_stderr++;
		return;
	}
	if (lost_on_stderr > 0 && !json_on)
		fprintf(stderr, "%s: %llu log lines were lost because nobody read standard error\n", name,
		    lost_on_stderr);
	lost_on_stderr = 0;
	if (json_on)
		fprintf(stderr, "%s\n", line);
	else
		fprintf(stderr, "%s%s%s: %s\n", name, *component != '\0' ? "/" : "", component, line);
}

static void emit(int priority, const char *component, const char *line)
{
	if (destination & LOG_TO_SYSLOG)
		log_socket_put(priority, component, line);
	if (destination & LOG_TO_STDERR)
		put_stderr(component, line);
}

static void emit_json(int priority, const char *event, const char *fields, const char *words)
{
	struct buffer line = {0};
	log_json_put(&line, priority, name, event, fields, words);
	emit(priority, "", buffer_string(&line));
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
		emit(priority, "", safe.data);
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
		emit(priority, "", safe.data);
	errno = saved;
}

void log_event(int priority, const char *component, const char *event, struct buffer *fields,
    const char *text)
{
	int saved = errno;
	TEXT(bounded, 4096);
	text_put(&bounded, text);
	if (!json_on)
		emit(priority, component, bounded.data);
	else if (fields != NULL)
		emit_json(priority, event, buffer_string(fields), "");
	errno = saved;
}

/* After what was kept, when all of that is through. */
static void report_lost(void)
{
	unsigned long long lost = log_socket_take_lost();
	if (lost > 0)
		log_line(LOG_WARNING, "%llu log line%s lost because the log daemon did not read %s", lost,
		    lost == 1 ? " was" : "s were", lost == 1 ? "it" : "them");
}

void log_flush(void)
{
	log_socket_flush();
	report_lost();
}

void log_backlog(struct log_backlog *b)
{
	log_socket_backlog(b);
}
