/* What is left on the spool's disk, and what of it is kept for the runner: so journals and reports
 * can be written when submissions have filled the rest. */
#ifndef SPOOL_DISK_SPACE_H
#define SPOOL_DISK_SPACE_H
#include <stdbool.h>

struct disk_space {
	unsigned long long free_bytes,
	    reserve_bytes; /* reserve: 16 MiB, or a twentieth of a small disk */
	unsigned long long free_files, reserve_files; /* free: ULLONG_MAX where files are not counted */
	unsigned long long total_bytes, total_files;
};

/* fd: a file or folder there.  False when the file system does not say. */
bool disk_space_look(struct disk_space *r, int fd);

/* True when others than the runner may write. */
bool disk_space_is_enough(const struct disk_space *r);
#endif
