/* Servers and nexthops of one attempt. */
#include "base/text.h"
#include "runner/queue/tried.h"
#include <stdlib.h>
#include <string.h>

static struct tried *begin(struct tried **t)
{
	if (*t == NULL)
		*t = mem_alloc(sizeof **t);
	return *t;
}

bool tried_add_server(struct tried **t, const char *address, unsigned port)
{
	struct tried *s = begin(t);
	if (s->server_count == TRIED_SERVERS_MAX)
		return false;
	s->servers = mem_resize(s->servers, (size_t)s->server_count + 1, sizeof *s->servers);
	struct tried_server *server = &s->servers[s->server_count++];
	text_copy(server->address, sizeof server->address, address);
	server->port = (uint16_t)port;
	return true;
}

void tried_add_nexthop(struct tried **t, const char *key)
{
	struct tried *s = begin(t);
	s->server_count = 0;
	s->nexthops = mem_resize(s->nexthops, (size_t)s->nexthop_count + 1, sizeof *s->nexthops);
	s->nexthops[s->nexthop_count++] = mem_copy(key);
}

bool tried_has_nexthop(const struct tried *t, const char *key)
{
	for (int i = 0; t != NULL && i < t->nexthop_count; i++) {
		if (strcmp(t->nexthops[i], key) == 0)
			return true;
	}
	return false;
}

bool tried_any_nexthop(const struct tried *t)
{
	return t != NULL && t->nexthop_count > 0;
}

bool tried_any_server(const struct tried *t)
{
	return t != NULL && t->server_count > 0;
}

bool tried_same_servers(const struct tried *a, const struct tried *b)
{
	int count = a != NULL ? a->server_count : 0;
	if (count != (b != NULL ? b->server_count : 0))
		return false;
	for (int i = 0; i < count; i++) {
		if (a->servers[i].port != b->servers[i].port ||
		    strcmp(a->servers[i].address, b->servers[i].address) != 0)
			return false;
	}
	return true;
}

struct tried *tried_copy_servers(const struct tried *t)
{
	struct tried *copy = NULL;
	if (!tried_any_server(t))
		return NULL;
	for (int i = 0; i < t->server_count; i++)
		tried_add_server(&copy, t->servers[i].address, t->servers[i].port);
	return copy;
}

void tried_put_servers(const struct tried *t, struct buffer *out)
{
	for (int i = 0; t != NULL && i < t->server_count; i++)
		buffer_printf(out, " %s/%u", t->servers[i].address, t->servers[i].port);
}

void tried_free(struct tried **t)
{
	for (int i = 0; *t != NULL && i < (*t)->nexthop_count; i++)
		free((*t)->nexthops[i]);
	if (*t != NULL) {
		free((*t)->nexthops);
		free((*t)->servers);
	}
	mem_free(t);
}
