/* Open addressing with linear probing; at most three quarters of the slots are taken. */
#include "base/compat.h"
#include "base/mem.h"
#include "runner/queue/idmap.h"
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 64

static uint64_t id_of(const void *item)
{
	uint64_t id;
	memcpy(&id, item, sizeof id);
	return id;
}

static uint32_t home_of(const struct idmap *m, uint64_t id)
{
	return (uint32_t)((id * m->key) >> 32) & (m->size - 1);
}

static uint32_t next_slot(const struct idmap *m, uint32_t at)
{
	return (at + 1) & (m->size - 1);
}

void *idmap_find(const struct idmap *m, uint64_t id)
{
	if (m->count == 0)
		return NULL;
	uint32_t at = home_of(m, id);
	while (m->slots[at] != NULL && id_of(m->slots[at]) != id)
		at = next_slot(m, at);
	return m->slots[at];
}

static void place(struct idmap *m, void *item)
{
	uint32_t at = home_of(m, id_of(item));
	while (m->slots[at] != NULL)
		at = next_slot(m, at);
	m->slots[at] = item;
}

static void grow(struct idmap *m)
{
	struct idmap old = *m;
	m->size = old.size > 0 ? 2 * old.size : FIRST_SIZE;
	m->key = (uint64_t)compat_random() << 32 | compat_random() | 1;
	m->slots = mem_alloc(m->size * sizeof *m->slots);
	for (uint32_t i = 0; i < old.size; i++) {
		if (old.slots[i] != NULL)
			place(m, old.slots[i]);
	}
	free(old.slots);
}

void idmap_add(struct idmap *m, void *item)
{
	if (m->size == 0 || m->count >= m->size - m->size / 4)
		grow(m);
	place(m, item);
	m->count++;
}

/* What follows is moved forward, so that no gap hides it. */
static void close_gap(struct idmap *m, uint32_t gap)
{
	for (uint32_t at = next_slot(m, gap); m->slots[at] != NULL; at = next_slot(m, at)) {
		uint32_t home = home_of(m, id_of(m->slots[at]));
		uint32_t from_home = (at - home) & (m->size - 1), from_gap = (at - gap) & (m->size - 1);
		if (from_home < from_gap)
			continue;
		m->slots[gap] = m->slots[at];
		m->slots[at] = NULL;
		gap = at;
	}
}

void idmap_remove(struct idmap *m, const void *item)
{
	if (m->count == 0)
		return;
	uint32_t at = home_of(m, id_of(item));
	while (m->slots[at] != NULL && m->slots[at] != item)
		at = next_slot(m, at);
	if (m->slots[at] == NULL)
		return;
	m->slots[at] = NULL;
	m->count--;
	close_gap(m, at);
}

void *idmap_next(const struct idmap *m, uint32_t *at)
{
	while (*at < m->size) {
		void *item = m->slots[(*at)++];
		if (item != NULL)
			return item;
	}
	return NULL;
}

void idmap_free(struct idmap *m)
{
	free(m->slots);
	*m = (struct idmap){0};
}
