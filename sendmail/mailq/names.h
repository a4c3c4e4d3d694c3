/* What is in mqueue/ by its names alone: one look at the folder, before anything is opened. */
#ifndef MAILQ_NAMES_H
#define MAILQ_NAMES_H
#include "spool/queue.h"

/* Identifiers, packed (spool/id.h), in their order. */
struct names {
	uint64_t *ids;
	size_t count, size;
};

struct names_found {
	struct names messages, logs, dead;
};

/* False when the folder cannot be read to its end; free it in any case. */
bool names_read(struct names_found *n, int mqueue_fd);

/* One more, at the end; and all of them into their order. */
void names_add(struct names *n, const char *id);
void names_sort(struct names *n);
bool names_has(const struct names *n, const char *id);

/* Leaves those that begin with prefix. */
void names_choose(struct names *n, const char *prefix);
void names_free(struct names_found *n);
#endif
