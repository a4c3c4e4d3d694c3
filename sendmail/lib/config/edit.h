/* Changes keys of the configuration file, keeping comments, order and everything else as it is. */
#ifndef CONFIG_EDIT_H
#define CONFIG_EDIT_H
#include "diagnosis/diag.h"

#define EDITS_MAX 64

/* The key of a section is to be value; NULL comments the line out.  section_name: NAME of
   [smarthost NAME], PATTERN of [route PATTERN]; NULL for sections without one. */
struct edit {
	const char *section, *section_name, *key, *value;
};

/* Makes all of them (count at most EDITS_MAX, each key once), or none.  A missing section is added
   at the end.  The new text is checked by config_read as a whole before it takes the place of the
   old (write, fsync, rename, fsync directory; owner, group and mode kept).  The file is made when
   there is none. */
bool edit_apply(const char *path, const struct edit *edits, int count, struct diagnosis *d);
#endif
