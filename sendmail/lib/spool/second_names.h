/* IDs with a name in drop/ and one in mqueue/ (spool/pickup.h): a set, in order.  A scan finds its
   messages in that order, so that each is added at the end. */
#ifndef SPOOL_SECOND_NAMES_H
#define SPOOL_SECOND_NAMES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialised is empty; the caller takes from the end what is done with. */
struct second_names {
	uint64_t *ids; /* (spool/id.h), ascending */
	size_t count, size;
};

bool second_names_have(const struct second_names *n, uint64_t id);
void second_names_add(struct second_names *n, uint64_t id);
void second_names_remove(struct second_names *n, uint64_t id);
void second_names_free(struct second_names *n);
#endif
