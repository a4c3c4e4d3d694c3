/* A sorted array: with 100,000 messages in drop/, one that is walked would cost minutes. */
#include "spool/second_names.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

/* Where it is, or belongs. */
static size_t place_of(const struct second_names *n, uint64_t id)
{
	size_t low = 0, high = n->count;
	if (n->count == 0 || n->ids[n->count - 1] < id)
		return n->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (n->ids[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool second_names_have(const struct second_names *n, uint64_t id)
{
	size_t at = place_of(n, id);
	return at < n->count && n->ids[at] == id;
}

void second_names_add(struct second_names *n, uint64_t id)
{
	size_t at = place_of(n, id);
	if (at < n->count && n->ids[at] == id)
		return;
	if (n->count == n->size) {
		n->size = n->size > 0 ? 2 * n->size : 64;
		n->ids = mem_resize(n->ids, n->size, sizeof *n->ids);
	}
	memmove(n->ids + at + 1, n->ids + at, (n->count++ - at) * sizeof *n->ids);
	n->ids[at] = id;
}

void second_names_remove(struct second_names *n, uint64_t id)
{
	size_t at = place_of(n, id);
	if (at == n->count || n->ids[at] != id)
		return;
	memmove(n->ids + at, n->ids + at + 1, (--n->count - at) * sizeof *n->ids);
}

void second_names_free(struct second_names *n)
{
	free(n->ids);
	*n = (struct second_names){0};
}
