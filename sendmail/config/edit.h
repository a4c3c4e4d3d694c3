/* Changes one key of the configuration file, keeping comments, order and everything else as it is. */
#ifndef CONFIG_EDIT_H
#define CONFIG_EDIT_H
#include "base/diag.h"

/* Sets section.key (hop_name for section smarthost, else NULL) to value; NULL comments the line out.  A missing section is added at
   the end.  The new text is checked by config_read before it takes the place of the old (write, fsync, rename, fsync directory; owner, group and mode kept).
   The file is made when there is none. */
bool edit_set(const char *path, const char *section, const char *hop_name, const char *key, const char *value,
              struct diagnosis *d);
#endif
