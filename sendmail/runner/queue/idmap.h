/* What is found by a message's id: a hash table of pointers to structs whose first member is that
   id (uint64_t, spool/id.h, packed). */
#ifndef RUNNER_QUEUE_IDMAP_H
#define RUNNER_QUEUE_IDMAP_H
#include <stdint.h>

/* Zero-initialised is empty.  The structs stay the caller's. */
struct idmap {
	void **slots;
	uint32_t count, size; /* size: a power of two, or 0 */
	uint64_t key;         /* users choose ids: they do not know where in the table these are */
};

/* NULL: there is none. */
void *idmap_find(const struct idmap *m, uint64_t id);
void idmap_add(struct idmap *m, void *item);
void idmap_remove(struct idmap *m, const void *item);

/* The next item of all, in no order, or NULL: *at is 0 at the start.  Nothing may be added or
 * removed between two calls. */
void *idmap_next(const struct idmap *m, uint32_t *at);
void idmap_free(struct idmap *m);
#endif
