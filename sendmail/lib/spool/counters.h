/* mqueue/counters: what the runners of this queue have done, all runs together.  Written
   by the runner, read by mailq for those who draw it: so a number never becomes smaller, neither by
   a restart nor by a power cut (what was shown was synced). */
#ifndef SPOOL_COUNTERS_H
#define SPOOL_COUNTERS_H
#include "diagnosis/diag.h"
#include <stdbool.h>
#include <stddef.h>

#define COUNTERS_SERVERS_MAX 24 /* more names than that are counted together, as "other" */
#define COUNTERS_DELAYS 10

/* What else happens with a server. */
enum counters_event {
	COUNTERS_TOO_FAST, /* it answered that mail comes too fast */
	COUNTERS_PACED,    /* mail began to wait for its pace */
	COUNTERS_PROXY,    /* the proxy on the way to it failed or refused */
	COUNTERS_DANE,     /* sessions whose certificate a TLSA record vouches for */
	COUNTERS_LEFT_OUT, /* it refused a parameter, or BDAT, that it offers */
	COUNTERS_EVENTS
};

#define COUNTERS_FILTERED 4 /* what filters said: the words of counters_filtered_word */

/* Per [smarthost NAME], and "direct", "local", "none" (no server was reached). */
struct counters_server {
	char name[64];
	unsigned long long sent, deferred, failed; /* recipients, once for each attempt */
	unsigned long long ready, refused;         /* sessions */
	unsigned long long events[COUNTERS_EVENTS];
	unsigned long long per_hour; /* the pace that it has taught, now; 0: none */
};

struct counters {
	int64_t since_s;            /* wall time of the first count; 0 = nothing was counted yet */
	unsigned long long adopted; /* messages taken up from drop/ */
	unsigned long long reports, set_aside; /* messages */
	unsigned long long filtered[COUNTERS_FILTERED];
	unsigned long long gathered, digests; /* messages that left in a digest; those */
	unsigned long long log_lost;          /* lines that the log daemon did not read */
	int64_t log_since_s; /* wall time since when it reads nothing, as the running runner sees it;
	                        0 = it reads */
	unsigned long long
	    deferred[FAULT_COUNT]; /* attempts of recipients that wait on, by whose fault it is */
	unsigned long long
	    delays[COUNTERS_DELAYS]; /* recipients that were sent, by counters_delay_s, not cumulated */
	unsigned long long delay_sum_s;
	struct counters_server servers[COUNTERS_SERVERS_MAX];
	int server_count;
	bool changed; /* since it was read or written */
};

/* The upper ends, in seconds, of the delays that are counted together; the last has none. */
extern const int counters_delay_s[COUNTERS_DELAYS - 1];

/* The row of a server, made when it is new.  name: of a smarthost; "@DOMAIN" is "direct", "" is
 * "none". */
struct counters_server *counters_server(struct counters *c, const char *name);

/* One more of it. */
void counters_note(struct counters *c, const char *name, enum counters_event event);

/* The word in the file: "too_fast", "passed", ...; also the label of a metric. */
const char *counters_event_word(enum counters_event event);
const char *counters_filtered_word(int i);

/* One recipient and attempt. */
void counters_outcome(struct counters *c, const struct diagnosis *d, int64_t delay_s);

/* From mqueue/; all zero when there is no file.  Bytes that make no sense count as 0. */
void counters_load(struct counters *c, int mqueue_fd);

/* Replaces the file and syncs it; on failure the old one stays, and changed is kept for the next
 * time. */
void counters_save(struct counters *c, int mqueue_fd);
#endif
