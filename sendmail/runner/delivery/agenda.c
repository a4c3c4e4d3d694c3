/* Agendas. */
#include "runner/delivery/agenda.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

void agenda_add(struct agenda *a, uint64_t id, int64_t left_s, int64_t now_ms)
{
	if (left_s > AGENDA_REACH_S)
		return;
	a->items = mem_grow(a->items, a->count, sizeof *a->items);
	a->items[a->count++] =
	    (struct agenda_item){.due_ms = now_ms + (left_s > 0 ? left_s * 1000 : 0), .id = id};
}

static int by_time(const void *left, const void *right)
{
	const struct agenda_item *a = left, *b = right;
	if (a->due_ms != b->due_ms)
		return a->due_ms < b->due_ms ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

void agenda_sort(struct agenda *a)
{
	if (a->count > 1)
		qsort(a->items, a->count, sizeof *a->items, by_time);
}

uint32_t agenda_due(const struct agenda *a, int64_t now_ms)
{
	uint32_t low = 0, high = a->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (a->items[middle].due_ms <= now_ms)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void agenda_keep(struct agenda *a, uint32_t looked, uint32_t kept)
{
	if (looked == kept)
		return;
	memmove(a->items + kept, a->items + looked, (a->count - looked) * sizeof *a->items);
	a->count -= looked - kept;
}

void agenda_free(struct agenda *a)
{
	free(a->items);
	*a = (struct agenda){0};
}
