/* mailq summary: the queue on one screen. */
#ifndef MAILQ_SUMMARY_H
#define MAILQ_SUMMARY_H
#include "mailq/list.h"
#include <stdio.h>

/* Numbers; a line for each reason and server with count, oldest message and next try; ages as bars;
   those who send and get most.  rows: so many of each table (0: all). */
int summary_print(FILE *out, struct listing *l, int rows);

/* The first two parts, before a long list on a terminal. */
void summary_head(FILE *out, struct listing *l);
#endif
