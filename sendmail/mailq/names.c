/* Names, sorted. */
#include "mailq/names.h"
#include "base/mem.h"
#include "base/text.h"
#include "spool/id.h"
#include <stdlib.h>

void names_add(struct names *n, const char *id)
{
	if (n->count == n->size) {
		n->size = n->size ? 2 * n->size : 64;
		n->ids = mem_resize(n->ids, n->size, sizeof *n->ids);
	}
	n->ids[n->count++] = id_pack(id);
}

static void found(void *context, enum queue_kind kind, const char *id)
{
	struct names_found *n = context;
	if (kind == QUEUE_MESSAGE)
		names_add(&n->messages, id);
	else if (kind == QUEUE_LOG)
		names_add(&n->logs, id);
	else if (kind == QUEUE_DEAD)
		names_add(&n->dead, id);
}

static int by_number(const void *left, const void *right)
{
	const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
	return (a > b) - (a < b);
}

/* A folder that changes while it is read may name a file twice. */
void names_sort(struct names *n)
{
	size_t kept = 0;
	if (n->count > 1)
		qsort(n->ids, n->count, sizeof *n->ids, by_number);
	for (size_t i = 0; i < n->count; i++) {
		if (kept == 0 || n->ids[kept - 1] != n->ids[i])
			n->ids[kept++] = n->ids[i];
	}
	n->count = kept;
}

bool names_read(struct names_found *n, int mqueue_fd)
{
	*n = (struct names_found){0};
	bool whole = queue_scan(mqueue_fd, found, n);
	names_sort(&n->messages);
	names_sort(&n->logs);
	names_sort(&n->dead);
	return whole;
}

bool names_has(const struct names *n, const char *id)
{
	if (n->count == 0)
		return false;
	uint64_t packed = id_pack(id);
	return bsearch(&packed, n->ids, n->count, sizeof *n->ids, by_number) != NULL;
}

void names_choose(struct names *n, const char *prefix)
{
	char id[ID_SIZE];
	size_t kept = 0;
	for (size_t i = 0; i < n->count; i++) {
		id_unpack(n->ids[i], id);
		if (text_starts(id, prefix))
			n->ids[kept++] = n->ids[i];
	}
	n->count = kept;
}

void names_free(struct names_found *n)
{
	free(n->messages.ids);
	free(n->logs.ids);
	free(n->dead.ids);
}
