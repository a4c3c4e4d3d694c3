/* Blocks, each of them filled from its start. */
#include "base/arena.h"
#include "base/mem.h"
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 16000

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	max_align_t bytes[];
};

static struct arena_block *add_block(struct arena *a, size_t size_bytes)
{
	size_t size = size_bytes > BLOCK_BYTES ? size_bytes : BLOCK_BYTES;
	struct arena_block *b = mem_alloc(sizeof *b + size);
	b->size = size;
	b->next = a->blocks;
	return a->blocks = b;
}

/* size_bytes with what is needed for the next one to be aligned. */
static void *get(struct arena *a, size_t size_bytes)
{
	size_t room = (size_bytes + alignof(max_align_t) - 1) / alignof(max_align_t);
	room *= alignof(max_align_t);
	struct arena_block *b = a->blocks;
	if (room < size_bytes)
		mem_exhausted();
	if (b == NULL || b->size - b->used < room)
		b = add_block(a, room);
	void *p = (char *)b->bytes + b->used;
	b->used += room;
	return p;
}

void *arena_get(struct arena *a, size_t size_bytes)
{
	return memset(get(a, size_bytes), 0, size_bytes);
}

char *arena_copy(struct arena *a, const char *string)
{
	size_t size = strlen(string) + 1;
	return memcpy(get(a, size), string, size);
}

void *arena_grow(struct arena *a, void *list, size_t count, size_t item_bytes)
{
	if ((count & (count - 1)) != 0)
		return list;
	size_t items = count > 0 ? 2 * count : 1;
	if (items > (size_t)-1 / item_bytes)
		mem_exhausted();
	void *bigger = get(a, items * item_bytes);
	if (count > 0)
		memcpy(bigger, list, count * item_bytes);
	return bigger;
}

static void free_from(struct arena_block *b)
{
	while (b != NULL) {
		struct arena_block *next = b->next;
		free(b);
		b = next;
	}
}

/* A block of the usual size: one message of 100,000 recipients is not kept. */
void arena_empty(struct arena *a)
{
	if (a->blocks == NULL)
		return;
	free_from(a->blocks->next);
	a->blocks->next = NULL;
	a->blocks->used = 0;
	if (a->blocks->size > BLOCK_BYTES)
		arena_free(a);
}

void arena_free(struct arena *a)
{
	free_from(a->blocks);
	a->blocks = NULL;
}
