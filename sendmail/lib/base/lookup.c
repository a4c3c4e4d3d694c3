/* Open addressing with linear probing.  What was added last depends on nothing after it, so that
 * it can be taken out again. */
#include "base/lookup.h"
#include "base/compat.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

#define FEW 8 /* are compared one by one */

/* At most four of five slots are used, and a slot is 32 bits: the table of 100,000 strings is 512
 * KiB, which stays in the cache of a processor.  One four times as large made each look-up twice as
 * slow. */
#define TOO_MANY(l) (5 * (l)->count > 4 * (l)->slot_count)

static uint64_t turned(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static void stir(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = turned(v[1], 13) ^ v[0];
	v[3] = turned(v[3], 16) ^ v[2];
	v[0] = turned(v[0], 32) + v[3];
	v[2] += v[1];
	v[1] = turned(v[1], 17) ^ v[2];
	v[3] = turned(v[3], 21) ^ v[0];
	v[2] = turned(v[2], 32);
}

static uint64_t hash(const struct lookup *l, const char *string)
{
	size_t length = strlen(string);
	uint64_t v[4] = {l->key[0] ^ 0x736f6d6570736575u, l->key[1] ^ 0x646f72616e646f6du,
	    l->key[0] ^ 0x6c7967656e657261u, l->key[1] ^ 0x7465646279746573u};
	for (size_t at = 0; at <= length; at += 8) {
		uint64_t word = 0;
		memcpy(&word, string + at, length - at < 8 ? length - at : 8);
		if (length - at < 8)
			word |= (uint64_t)(length & 0xff) << 56;
		v[3] ^= word;
		stir(v);
		v[0] ^= word;
	}
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		stir(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* A slot holds index plus one in its low bits, as many as there are slots, and bits of the hash
 * above them: most strings that differ are kept apart without a look at them, far away in memory.
 */
#define INDEX_OF(l, slot) ((size_t)((slot) & ((uint32_t)(l)->slot_count - 1)))
#define SAME_HASH(l, slot, h) \
	((((slot) ^ (uint32_t)((h) >> 32)) & ~((uint32_t)(l)->slot_count - 1)) == 0)

/* Where a string with this hash is, or the empty slot where it belongs. */
static uint32_t *slot_of(const struct lookup *l, const char *string, uint64_t h)
{
	size_t at = (size_t)h & (l->slot_count - 1);
	while (l->slots[at] != 0 && (!SAME_HASH(l, l->slots[at], h) ||
	                                strcmp(l->strings[INDEX_OF(l, l->slots[at]) - 1], string) != 0))
		at = (at + 1) & (l->slot_count - 1);
	return &l->slots[at];
}

static void put(struct lookup *l, size_t index)
{
	uint64_t h = hash(l, l->strings[index]);
	uint32_t low = (uint32_t)l->slot_count - 1;
	*slot_of(l, l->strings[index], h) = ((uint32_t)(h >> 32) & ~low) | ((uint32_t)index + 1);
}

size_t lookup_find(const struct lookup *l, const char *string)
{
	if (l->slot_count > 0)
		return INDEX_OF(l, *slot_of(l, string, hash(l, string))) - 1;
	for (size_t i = 0; i < l->count; i++) {
		if (strcmp(l->strings[i], string) == 0)
			return i;
	}
	return LOOKUP_NONE;
}

static void grow(struct lookup *l)
{
	for (int i = 0; l->slot_count == 0 && i < 4; i++)
		l->key[i / 2] = l->key[i / 2] << 32 | compat_random();
	free(l->slots);
	l->slot_count = l->slot_count > 0 ? 2 * l->slot_count : 32;
	l->slots = mem_alloc(l->slot_count * sizeof *l->slots);
	for (size_t i = 0; i < l->count; i++)
		put(l, i);
}

size_t lookup_add(struct lookup *l, const char *string)
{
	if (l->count == l->size) {
		l->size = l->size > 0 ? 2 * l->size : FEW;
		l->strings = mem_resize(l->strings, l->size, sizeof *l->strings);
	}
	l->strings[l->count++] = string;
	if (l->count > FEW && TOO_MANY(l))
		grow(l);
	else if (l->slot_count > 0)
		put(l, l->count - 1);
	return l->count - 1;
}

void lookup_drop(struct lookup *l, size_t count)
{
	for (; count > 0 && l->count > 0; count--) {
		const char *last = l->strings[l->count - 1];
		if (l->slot_count > 0)
			*slot_of(l, last, hash(l, last)) = 0;
		l->count--;
	}
}

void lookup_free(struct lookup *l)
{
	free(l->strings);
	free(l->slots);
	*l = (struct lookup){0};
}
