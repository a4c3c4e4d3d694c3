/* All nexthops that are known. */
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/schedule.h"
#include "runner/queue/server_state.h"
#include <stdlib.h>
#include <string.h>

void nexthop_start(struct nexthops *n, const struct config *config, struct counters *counters)
{
	*n = (struct nexthops){.config = config, .counters = counters};
}

static struct nexthop *make_nexthop(const char *key)
{
	struct nexthop *p = mem_alloc(sizeof *p);
	p->key = mem_copy(key);
	p->kind = nexthop_key_kind(key);
	p->name_count = nexthop_key_names(key, &p->names);
	return p;
}

struct nexthop *nexthop_find(struct nexthops *n, const char *key)
{
	for (int i = 0; i < n->count; i++) {
		if (strcmp(n->list[i]->key, key) == 0)
			return n->list[i];
	}
	n->list = mem_resize(n->list, (size_t)n->count + 1, sizeof *n->list);
	return n->list[n->count++] = make_nexthop(key);
}

static void free_nexthop(struct nexthop *p)
{
	schedule_free(&p->schedule);
	for (int i = 0; i < p->name_count; i++)
		free(p->names[i]);
	free(p->names);
	free(p->key);
	free(p);
}

void nexthop_tidy(struct nexthops *n)
{
	for (int i = n->count - 1; i >= 0; i--) {
		struct nexthop *p = n->list[i];
		if ((p->kind != NEXTHOP_MX && p->kind != NEXTHOP_GATHER) || p->workers > 0 ||
		    p->schedule.count > 0)
			continue;
		server_state_forget(&n->servers, p->key);
		free_nexthop(p);
		n->list[i] = n->list[--n->count];
	}
}

void nexthop_free_all(struct nexthops *n)
{
	for (int i = 0; i < n->count; i++)
		free_nexthop(n->list[i]);
	free(n->list);
	server_state_free(&n->servers);
	pace_free(&n->paces);
	*n = (struct nexthops){0};
}
