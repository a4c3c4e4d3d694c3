/* Where a string is in an array: a hash table beside it, so that nothing has to walk over 100,000
   addresses for each of them. The strings come from users: the hash is keyed (SipHash-1-3) with a
   number that they do not know. */
#ifndef BASE_LOOKUP_H
#define BASE_LOOKUP_H
#include <stddef.h>
#include <stdint.h>

#define LOOKUP_NONE SIZE_MAX

/* Zero-initialised is empty.  The strings stay the caller's: neither copied nor freed, and not
 * changed while they are here. */
struct lookup {
	const char **strings;
	size_t count, size;
	uint32_t *slots; /* bits of the hash, and index plus one (0: none) below them; slot_count of
	                    them, a power of two, or none while there are few strings */
	size_t slot_count;
	uint64_t key[2];
};

/* The index at which a string was added (the first one: 0), or LOOKUP_NONE. */
size_t lookup_find(const struct lookup *l, const char *string);

/* Adds a string that is not there yet; returns its index. */
size_t lookup_add(struct lookup *l, const char *string);

/* Takes out the last count strings. */
void lookup_drop(struct lookup *l, size_t count);
void lookup_free(struct lookup *l);
#endif
