/* Puts a file in the place of another, in one step: whoever looks finds the old one or the new one,
 * whole. */
#ifndef CONFIG_REPLACE_H
#define CONFIG_REPLACE_H
#include "diagnosis/diag.h"
#include "base/mem.h"
#include <sys/types.h>

struct replacement {
	const char *path;
	mode_t mode;
	uid_t uid; /* (uid_t)-1 and (gid_t)-1: as they come */
	gid_t gid;
	bool keep_old; /* the file that was there stays as PATH.old */
	/* Looks at the new file under its temporary name, before it takes its place; NULL = nobody
	 * does.  False with d. */
	bool (*check)(const char *temp, const char *path, struct diagnosis *d);
};

/* Writes PATH.new, syncs it, has it checked, names it PATH, syncs the folder.  False with key
   "config-unwritable" (or what check said); the old file is then as it was. */
bool replace_file(const struct replacement *r, const struct buffer *text, struct diagnosis *d);
#endif
