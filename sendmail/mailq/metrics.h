/* mailq health --openmetrics: the queue in numbers, for Prometheus and its relatives. */
#ifndef MAILQ_METRICS_H
#define MAILQ_METRICS_H
#include "mailq/list.h"
#include <stdio.h>

/* Prints OpenMetrics text that is Prometheus' older format too (so only gauges, counters and a
   histogram).  The number of lines is bounded by the configuration, whatever is in the queue: no
   address, message or domain is ever a label.  Returns an exit code, 0. */
int metrics_print(FILE *out, struct listing *l);
#endif
