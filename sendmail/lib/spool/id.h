/* Queue identifiers: 8 hex digits of time, a dot, 8 of randomness.  They sort by age and are safe
 * as file names. */
#ifndef SPOOL_ID_H
#define SPOOL_ID_H
#include <stdbool.h>
#include <stdint.h>

#define ID_LENGTH 17
#define ID_SIZE (ID_LENGTH + 1)

/* Makes a new one for a time. */
void id_make(char id[ID_SIZE], int64_t wall_s);

/* True if name is an identifier and nothing else. */
bool id_valid(const char *name);

/* True if name is an identifier followed by suffix (".log"); copies the identifier. */
bool id_with_suffix(const char *name, const char *suffix, char id[ID_SIZE]);

/* The value of a hexadecimal digit, in lower case; -1: it is none. */
static inline int id_digit(char c)
{
	/* One more than the value. */
	static const unsigned char values[256] =
	    {['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ['a'] = 11, 12, 13, 14, 15, 16};
	return values[(unsigned char)c] - 1;
}

/* True if name begins with an identifier, which is then in *packed. */
bool id_read(const char *name, uint64_t *packed);

/* The identifier as one number and back: 8 bytes in memory in place of 18. */
uint64_t id_pack(const char *id);
void id_unpack(uint64_t packed, char id[ID_SIZE]);
#endif
