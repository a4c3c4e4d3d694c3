/* FNV-1a, 64 bits: whether two texts are the same, where nobody gains by making two that only seem
   so. */
#ifndef BASE_HASH_H
#define BASE_HASH_H
#include <stddef.h>
#include <stdint.h>

#define HASH_START 14695981039346656037u

/* The hash of what had the hash before, with these bytes after it. */
static inline uint64_t hash_add(uint64_t before, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		before = (before ^ (unsigned char)bytes[i]) * 1099511628211u;
	return before;
}
#endif
