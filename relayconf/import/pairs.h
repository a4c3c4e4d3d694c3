/* Files of "key value" lines, as most mail programs have them: read whole, then taken apart key by
 * key, so that what nobody took can be named. */
#ifndef IMPORT_PAIRS_H
#define IMPORT_PAIRS_H
#include "relayconf/import/import.h"

struct pair {
	char *key, *value;
	int line;
	bool used;
};

struct pairs {
	char *file; /* as the administrator knows it, without the root */
	struct pair *list;
	int count;
};

enum pairs_form {
	PAIRS_BLANK,       /* key, blanks, value */
	PAIRS_EQUAL,       /* key = value */
	PAIRS_FOLDED,      /* key = value; a line that begins with a blank continues the one before */
	PAIRS_FOLDED_BLANK /* key, blanks, value; continued likewise: the maps of Postfix */
};

/* Reads im->root + path; '#' begins a comment line.  False with errno when that cannot be done. */
bool pairs_read(struct pairs *p, struct import *im, const char *path, enum pairs_form form);
void pairs_free(struct pairs *p);

/* The last value of a key (without regard to case), or NULL; it counts as used. */
const char *pairs_take(struct pairs *p, const char *key);
bool pairs_is_yes(struct pairs *p, const char *key);
int pairs_line(const struct pairs *p, const char *key);

/* A note on the line of a key, when it is there. */
void pairs_note(struct pairs *p, struct import *im, const char *key, const char *why);

/* A note on each line that nobody used, and whose key begins so. */
void pairs_note_prefix(struct pairs *p, struct import *im, const char *prefix, const char *why);

/* A note on each line that nobody used. */
void pairs_note_rest(struct pairs *p, struct import *im, const char *why);
#endif
