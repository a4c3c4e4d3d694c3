/* Open addressing with linear probing.  What was added last depends on nothing behind it, so that
 * it can be taken out again. */
#include "base/lookup.h"
#include "base/compat.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

#define FEW 8 /* are compared one by one */

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

#define INDEX_OF(slot) ((size_t)((slot)&UINT32_MAX))

/* Where a string with this hash is, or the empty slot where it belongs.  Strings are far away in
   memory: only one with the same half of the hash is looked at. */
static uint64_t *slot_of(const struct lookup *l, const char *string, uint64_t h)
{
	size_t at = (size_t)h & (l->slot_count - 1);
	while (l->slots[at] != 0 && (l->slots[at] >> 32 != h >> 32 ||
	                                strcmp(l->strings[INDEX_OF(l->slots[at]) - 1], string) != 0))
		at = (at + 1) & (l->slot_count - 1);
	return &l->slots[at];
}

static void put(struct lookup *l, size_t index)
{
	uint64_t h = hash(l, l->strings[index]);
	*slot_of(l, l->strings[index], h) = h >> 32 << 32 | (index + 1);
}

size_t lookup_find(const struct lookup *l, const char *string)
{
	if (l->slot_count > 0)
		return INDEX_OF(*slot_of(l, string, hash(l, string))) - 1;
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
	l->slot_count = l->slot_count > 0 ? 4 * l->slot_count : 64;
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
	if (l->count > FEW && 2 * l->count > l->slot_count)
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
