/* Memory that goes all at once: what is kept for a page of a list, and then for the next one. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include <stddef.h>

/* Zero-initialised is empty. */
struct arena {
	struct arena_block *blocks; /* the one in use first */
};

/* Zeroed memory for anything; never NULL.  Valid until the arena is emptied or freed. */
void *arena_get(struct arena *a, size_t size_bytes);
char *arena_copy(struct arena *a, const char *string);

/* An array with room for one more item, as mem_grow: the old one stays until the arena is emptied.
 */
void *arena_grow(struct arena *a, void *list, size_t count, size_t item_bytes);

/* All that is in it is gone; a block is kept for what comes next. */
void arena_empty(struct arena *a);
void arena_free(struct arena *a);
#endif
