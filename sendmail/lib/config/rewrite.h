/* Maps of addresses (generic maps): [rewrite senders], [rewrite recipients], and text files as
   sendmail's genericstable or Postfix's generic have them.  Left: an address, @domain, or a bare
   name of this machine.  Right: an address, or @domain, which keeps the name. */
#ifndef CONFIG_REWRITE_H
#define CONFIG_REWRITE_H
#include "base/text.h"
#include <sys/stat.h>

struct rewrite_pair {
	char *left, *right;
	int line;
	bool of_file; /* otherwise of the configuration itself */
};

struct rewrite {
	char file[1024]; /* "" = none */
	struct rewrite_pair *pairs;
	int count;
	struct stat as_read; /* of file */
};

/* Adds a pair; false with a sentence in problem. */
bool rewrite_add(struct rewrite *map, const char *left, const char *right, int line, bool of_file,
    struct text *problem);

/* Reads map->file after the pairs that are there (those count first), and sorts.  False with
 * "FILE:LINE: ..." in problem. */
bool rewrite_finish(struct rewrite *map, struct text *problem);
void rewrite_free(struct rewrite *map);

/* True when the file has changed since it was read, or since the last question. */
bool rewrite_changed(struct rewrite *map);

/* The pair for a complete address: the whole of it, then the bare name if its domain is host or
 * domain, then its @domain.  NULL: none. */
const struct rewrite_pair *rewrite_find(const struct rewrite *map, const char *address,
    const char *host, const char *domain);

/* What an address becomes by a pair; free it. */
char *rewrite_apply(const struct rewrite_pair *pair, const char *address, const char *domain);
#endif
