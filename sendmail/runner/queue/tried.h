/* What one attempt of a message has tried: servers of the nexthop at hand, and nexthops that it is
   through with. */
#ifndef RUNNER_QUEUE_TRIED_H
#define RUNNER_QUEUE_TRIED_H
#include "base/mem.h"
#include <stdbool.h>
#include <stdint.h>

#define TRIED_SERVERS_MAX 20

struct tried {
	struct tried_server {
		char address[46];
		uint16_t port; /* too: one machine may be a smarthost at 587 and another one at 465 */
	} * servers;
	int server_count;
	char **nexthops; /* their keys */
	int nexthop_count;
};

/* All of these take NULL for a message at the start of an attempt. */

/* False: they are too many. */
bool tried_add_server(struct tried **t, const char *address, unsigned port);

/* The nexthop is done, and its servers with it. */
void tried_add_nexthop(struct tried **t, const char *key);

bool tried_has_nexthop(const struct tried *t, const char *key);
bool tried_any_nexthop(const struct tried *t);
bool tried_any_server(const struct tried *t);
bool tried_same_servers(const struct tried *a, const struct tried *b);

/* The servers alone; free it with tried_free.  NULL: there is none. */
struct tried *tried_copy_servers(const struct tried *t);

/* " ADDRESS/PORT ADDRESS/PORT", for the orders of a relay (jobs/orders.h). */
void tried_put_servers(const struct tried *t, struct buffer *out);

/* A new attempt begins: *t is NULL then. */
void tried_free(struct tried **t);
#endif
