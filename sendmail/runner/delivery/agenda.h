/* Which messages grow older than a limit within the next hour: one look an hour at all of them is
   enough for those who have to know to the minute.  Pure. */
#ifndef RUNNER_DELIVERY_AGENDA_H
#define RUNNER_DELIVERY_AGENDA_H
#include <stdbool.h>
#include <stdint.h>

#define AGENDA_REACH_S 3600

struct agenda_item {
	int64_t due_ms; /* monotonic: from then on it is too old */
	uint64_t id;
};

/* Zero-initialised is empty. */
struct agenda {
	struct agenda_item *items; /* after agenda_sort: what is due first, and the oldest of these */
	uint32_t count;
};

/* left_s: until the message is too old; it counts when that is within AGENDA_REACH_S (or past). */
void agenda_add(struct agenda *a, uint64_t id, int64_t left_s, int64_t now_ms);
void agenda_sort(struct agenda *a);

/* How many are due. */
uint32_t agenda_due(const struct agenda *a, int64_t now_ms);

/* Of the first looked items only these remain: the first kept ones. */
void agenda_keep(struct agenda *a, uint32_t looked, uint32_t kept);
void agenda_free(struct agenda *a);
#endif
