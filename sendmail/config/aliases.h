/* aliases(5): local names to addresses, read as text at every start, never compiled.  Only addresses are accepted:
   pipes, files and :include: are refused with their line. */
#ifndef CONFIG_ALIASES_H
#define CONFIG_ALIASES_H
#include "base/diag.h"
#include <stdbool.h>

struct aliases; /* opaque; NULL is an empty set */

/* Reads a file.  Errors: false with key "aliases-..." and "FILE:LINE: what, and the cure".
   A file that does not exist gives an empty set and true when missing_ok. */
bool aliases_read(struct aliases **set, const char *path, bool missing_ok, struct diagnosis *d);
void aliases_free(struct aliases *set);
int aliases_count(const struct aliases *set);

/* Expands a local name (no '@', or one whose domain the caller holds to be its own) to final addresses, following names up to 20 deep, loops ignored;
   a name that stands for itself, or "\name", stops there.  Calls found for each result once; returns how many, 0 = no such alias. */
int aliases_expand(const struct aliases *set, const char *local, void (*found)(void *context, const char *address), void *context);
#endif
