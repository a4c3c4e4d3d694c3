/* What fails, as mailq reads it. */
#include "runner/queue/nexthop_health.h"
#include "base/clock.h"
#include "base/text.h"
#include "runner/queue/nexthop_wake.h"
#include "runner/queue/runner.h"
#include "runner/queue/server_state.h"
#include <stdlib.h>

/* It fails, and mail goes by another server of a path that it is on. */
static bool is_passed_over(const struct nexthops *n, const struct server_state *h)
{
	bool passed = false;
	for (int i = 0; h->failures > 0 && i < n->count && !passed; i++)
		passed = nexthop_leads_over(n->list[i], h->name) &&
		         nexthop_state(n, n->list[i], 0) == NEXTHOP_UP;
	return passed;
}

static void write_rows(const struct nexthops *n, const struct queue *queue,
    const struct health *config_trouble)
{
	struct health *list =
	    mem_alloc(((size_t)n->count + (size_t)n->servers.count + 1) * sizeof *list);
	int count = 0;
	if (config_trouble != NULL)
		list[count++] = *config_trouble;
	for (int i = 0; i < n->count && config_trouble == NULL; i++) {
		const struct nexthop *p = n->list[i];
		struct health *h = &list[count];
		if (!nexthop_why(n, p, &h->why))
			continue;
		const struct server_state *s = server_state_find(&n->servers, h->why.hop);
		text_copy(h->path, sizeof h->path, p->key);
		h->since_s = h->why.key == REASON_PACE || h->why.key == REASON_PACE_LEARNT
		                 ? p->paced_since_s
		             : s != NULL ? s->since_s
		                         : clock_wall_s();
		h->next_s = clock_wall_s() + nexthop_ask_s(n, p);
		count++;
	}
	for (int i = 0; i < n->servers.count && config_trouble == NULL; i++) {
		const struct server_state *s = &n->servers.list[i];
		if (!is_passed_over(n, s))
			continue;
		list[count] = (struct health){.since_s = s->since_s, .next_s = s->next_s, .why = s->why};
		text_copy(list[count++].hop, sizeof list[0].hop, s->name);
	}
	health_write(queue, list, count);
	nexthop_write_woken(n, queue);
	free(list);
}

void nexthop_write_health(struct runner *r)
{
	r->nexthops.health_changed = false;
	write_rows(&r->nexthops, &r->queue, r->config_good ? NULL : &r->config_health);
}

void nexthop_write_new_health(struct runner *r)
{
	if (r->nexthops.health_changed)
		nexthop_write_health(r);
}
