/* For each key the times of its last arrivals, in a ring. */
#include "runner/queue/storm.h"
#include "base/mem.h"
#include <stdlib.h>

struct arrivals {
	uint64_t key;
	int64_t *at_ms; /* most of them */
	int next;       /* the oldest, once there are so many */
	int count;
	int64_t last_ms;
};

struct storm {
	int most;
	struct arrivals list[STORM_KEYS_MAX];
	int count;
};

void storm_free(struct storm **s)
{
	for (int i = 0; *s != NULL && i < (*s)->count; i++)
		free((*s)->list[i].at_ms);
	mem_free(s);
}

static struct arrivals *find(struct storm *s, uint64_t key)
{
	struct arrivals *quiet = &s->list[0];
	for (int i = 0; i < s->count; i++) {
		struct arrivals *a = &s->list[i];
		if (a->key == key)
			return a;
		quiet = a->last_ms < quiet->last_ms ? a : quiet;
	}
	if (s->count < STORM_KEYS_MAX) {
		quiet = &s->list[s->count++];
		quiet->at_ms = mem_alloc((size_t)s->most * sizeof *quiet->at_ms);
	}
	quiet->key = key;
	quiet->next = quiet->count = 0;
	return quiet;
}

bool storm_arrives(struct storm **s, uint64_t key, int most, int64_t within_ms, int64_t now_ms)
{
	if (most <= 0)
		return false;
	if (*s != NULL && (*s)->most != most)
		storm_free(s);
	if (*s == NULL) {
		*s = mem_alloc(sizeof **s);
		(*s)->most = most;
	}
	struct arrivals *a = find(*s, key);
	bool full = a->count == most && now_ms - a->at_ms[a->next] < within_ms;
	a->at_ms[a->next] = a->last_ms = now_ms;
	a->next = (a->next + 1) % most;
	a->count += a->count < most;
	return full;
}
