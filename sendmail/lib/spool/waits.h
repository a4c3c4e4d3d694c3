/* mqueue/sessions: sessions that have been waiting for some seconds, for a server or a mailbox,
   each in a line.  Present only while there are any; written by the runner, read by mailq. */
#ifndef SPOOL_WAITS_H
#define SPOOL_WAITS_H
#include "diagnosis/diag.h"
#include "spool/id.h"
#include "spool/queue.h"

#define WAITS_MAX 48

struct session_wait {
	char path[700];   /* as in struct health */
	char peer[256];   /* server, or recipient of local mail; "" = none yet */
	char id[ID_SIZE]; /* of the message that it works on; "" = none */
	enum stage stage; /* STAGE_NONE = not known */
	int64_t since_s;  /* wall time */
};

/* Adds the line of one. */
void waits_put(struct buffer *lines, const struct session_wait *w);

/* Replaces the file, or removes it when there are no lines. */
void waits_write(const struct queue *q, const struct buffer *lines);

/* Reads at most max; returns their number. */
int waits_read(const struct queue *q, struct session_wait *list, int max);
#endif
