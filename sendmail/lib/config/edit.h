/* Changes keys of the configuration file, keeping comments, order and everything else as it is. */
#ifndef CONFIG_EDIT_H
#define CONFIG_EDIT_H
#include "diagnosis/diag.h"

#define EDITS_MAX 64

/* section.key (hop_name for section smarthost, else NULL) is to be value; NULL comments the line
 * out. */
struct edit {
	const char *section, *hop_name, *key, *value;
};

/* Makes all of them (count at most EDITS_MAX, each key once), or none.  A missing section is added
   at the end.  The new text is checked by config_read as a whole before it takes the place of the
   old (write, fsync, rename, fsync directory; owner, group and mode kept).  The file is made when
   there is none. */
bool edit_apply(const char *path, const struct edit *edits, int count, struct diagnosis *d);
#endif
