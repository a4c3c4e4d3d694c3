/* In the place of base/log.c: nothing is logged. */
#ifndef TESTS_UNIT_QUIET_LOG_H
#define TESTS_UNIT_QUIET_LOG_H
#include "base/log.h"

void log_start(const char *name, int to)
{
	(void)name, (void)to;
}
void log_line(int level, const char *format, ...)
{
	(void)level, (void)format;
}
void log_fields(int level, const char *event, struct buffer *fields, const char *words)
{
	(void)level, (void)event, (void)fields, (void)words;
}
void log_event(int level, const char *component, const char *event, struct buffer *fields,
    const char *text)
{
	(void)level, (void)component, (void)event, (void)fields, (void)text;
}
void log_json(bool on)
{
	(void)on;
}
void log_close(void)
{
}
void log_flush(void)
{
}
void log_backlog(struct log_backlog *b)
{
	*b = (struct log_backlog){0};
}
void log_again(void)
{
}
#endif
