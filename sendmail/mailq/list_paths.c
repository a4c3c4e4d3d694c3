/* Asking the rules, and remembering what they said. */
#include "mailq/list_paths.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

struct list_memo *list_memo_new(void)
{
	return mem_alloc(sizeof(struct list_memo));
}

static void forget(struct list_memo *m)
{
	mem_free(&m->sender);
	mem_free(&m->address);
	m->known = false;
}

void list_memo_free(struct list_memo *m)
{
	forget(m);
	free(m);
}

const struct paths_of *list_paths(const struct listing *l, const struct row *r, const char *address)
{
	struct list_memo *m = l->memo;
	if (m->known && m->uid == r->uid && strcmp(m->address, address) == 0 &&
	    strcmp(m->sender, r->sender) == 0)
		return &m->paths;
	forget(m);
	m->sender = mem_copy(r->sender);
	m->address = mem_copy(address);
	m->uid = r->uid;
	rules_paths(l->config, r->sender, r->uid, address, &m->paths);
	m->known = true;
	return &m->paths;
}
