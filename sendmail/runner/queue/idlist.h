/* Ids of messages (spool/id.h, packed), as a folder has them. */
#ifndef RUNNER_QUEUE_IDLIST_H
#define RUNNER_QUEUE_IDLIST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialised is empty. */
struct idlist {
	uint64_t *ids;
	size_t count, size;
};

void idlist_add(struct idlist *f, const char *id);
void idlist_add_packed(struct idlist *f, uint64_t id);
void idlist_sort(struct idlist *f);

/* Of a sorted one. */
bool idlist_has(const struct idlist *f, uint64_t id);
void idlist_free(struct idlist *f);
#endif
