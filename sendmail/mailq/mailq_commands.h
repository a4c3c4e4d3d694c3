/* The table of mailq's commands: what main.c runs by. */
#ifndef MAILQ_MAILQ_COMMANDS_H
#define MAILQ_MAILQ_COMMANDS_H
#include "base/usage.h"

extern const struct usage mailq_usage;

/* Options, by their place in the command's list. */
enum { WHY_FULL };
enum { SUMMARY_ALL };
enum { LOG_FILE, LOG_DAYS };
enum { DAY_FILE };
enum { HEALTH_WARNING, HEALTH_CRITICAL, HEALTH_OPENMETRICS };
enum { TOP_EVERY, TOP_TIMES };
#endif
