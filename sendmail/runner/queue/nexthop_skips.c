/* Servers that are passed over, and why. */
#include "base/clock.h"
#include "base/text.h"
#include "diagnosis/report.h"
#include "runner/queue/server_state.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_skips.h"

static void put_skip(const struct server_state *h, struct buffer *steps)
{
	TEXT(left, 40);
	TEXT(words, 1200);
	clock_put_span(&left, h->next_s > clock_wall_s() ? h->next_s - clock_wall_s() : 0);
	report_reason(&words, &h->why);
	bool direct = *h->name == '@';
	buffer_printf(steps,
	    "%s %s: passed over, %s asked again in %s; %d failure%s, the last one: %s\n",
	    direct ? "the servers of" : "smarthost", h->name + direct, direct ? "they are" : "it is",
	    left.data, h->failures, h->failures == 1 ? "" : "s", words.data);
}

void nexthop_skips_put(const struct nexthops *n, const struct nexthop *p, struct buffer *steps)
{
	for (int i = 0; i < p->name_count; i++) {
		const struct server_state *h = server_state_find(&n->servers, p->names[i]);
		if (h != NULL && h->failures > 0)
			put_skip(h, steps);
	}
}

char *nexthop_skips(const struct nexthops *n, const struct nexthop *p, int64_t now_ms,
    struct buffer *steps)
{
	struct buffer list = {0};
	bool all_down = nexthop_state(n, p, now_ms) == NEXTHOP_DOWN;
	for (int i = 0; i < p->name_count; i++) {
		const struct server_state *h = server_state_find(&n->servers, p->names[i]);
		if (h == NULL || h->until_ms <= now_ms || (all_down && !server_state_login_refused(h)))
			continue;
		buffer_printf(&list, " %s", h->name);
		put_skip(h, steps);
	}
	char *result = mem_copy(buffer_string(&list));
	buffer_free(&list);
	return result;
}
