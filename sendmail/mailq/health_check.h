/* mailq health: one line for Nagios and its relatives. */
#ifndef MAILQ_HEALTH_CHECK_H
#define MAILQ_HEALTH_CHECK_H
#include "mailq/list.h"
#include <stdio.h>

/* warning_min, critical_min: age of the oldest message.  Prints a line with performance data;
 * returns 0 (ok), 1 (warning) or 2 (critical). */
int health_print(FILE *out, struct listing *l, long long warning_min, long long critical_min);

/* hoststat: a line for each way that is closed at the moment; nothing when none is. */
void health_table(FILE *out, const struct listing *l);
#endif
