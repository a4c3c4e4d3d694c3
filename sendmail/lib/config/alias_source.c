/* The files and folders that aliases are read from. */
#include "base/way.h"
#include "config/alias_table.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

int alias_open(struct aliases *set, const char *path, uid_t admin, struct stat *st)
{
	struct text why;
	text_init(&why, set->why, sizeof set->why);
	int fd = way_open(path, admin, st, &why);
	if (fd < 0) {
		memset(st, 0, sizeof *st);
	} else if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode)) {
		close(fd);
		fd = -1;
		errno = EINVAL;
	}
	int saved = errno;
	set->sources = mem_resize(set->sources, (size_t)set->source_count + 1, sizeof *set->sources);
	set->sources[set->source_count++] =
	    (struct alias_source){.path = mem_copy(path), .as_read = *st};
	errno = saved;
	return fd;
}
