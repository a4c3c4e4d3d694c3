/* mqueue/woken: paths whose mail was made due before its time: its server works again, or somebody
   wanted a queue run.  Messages that were tried after that have their own time again.  Written by
   the runner, read by mailq; not there while there are none. */
#ifndef SPOOL_WOKEN_H
#define SPOOL_WOKEN_H
#include "spool/queue.h"

#define WOKEN_MAX 64

struct woken {
	char path[700]; /* config/rules.h */
	int64_t at_s;   /* wall time */
	bool all;       /* not only mail that waited for the server */
};

/* Adds the line of one. */
void woken_put(struct buffer *lines, const struct woken *w);

/* Replaces the file, or removes it when there are no lines. */
void woken_write(const struct queue *q, const struct buffer *lines);

/* Reads at most max; returns their number. */
int woken_read(const struct queue *q, struct woken *list, int max);
#endif
