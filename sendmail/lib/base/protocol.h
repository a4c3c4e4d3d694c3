/* The protocols between our own processes: lines that begin with a verb.  Each protocol has one
   table of its verbs; both ends put and parse their lines by it, the fuzzers make lines of it, and
   man/ARCHITECTURE shows the same rows (tests/unit/test_protocols.c). */
#ifndef BASE_PROTOCOL_H
#define BASE_PROTOCOL_H
#include "base/mem.h"

struct protocol_row {
	const char *word;
	const char *behind; /* what follows it, in words for the manual; "" = nothing */
};

struct protocol {
	const char *name; /* in the manual */
	const struct protocol_row *rows;
	int count;
};

#define PROTOCOL(title, table)                                                             \
	{                                                                                      \
		.name = (title), .rows = (table), .count = (int)(sizeof(table) / sizeof(table)[0]) \
	}

/* The row of a line without its LF, and what follows the word and one blank.  -1: no row, something
   after a word that has nothing after it, or nothing after one that has. */
int protocol_find(const struct protocol *p, const char *line, const char **behind);

/* Adds a line of a row, with its LF. */
void protocol_put(struct buffer *out, const struct protocol *p, int row, const char *behind);
#endif
