/* Room on the disk. */
#include "spool/disk_space.h"
#include <limits.h>
#include <sys/statvfs.h>

#define RESERVE_BYTES (16ull << 20)
#define RESERVE_FILES 200

static unsigned long long lesser(unsigned long long a, unsigned long long b)
{
	return a < b ? a : b;
}

bool disk_space_look(struct disk_space *r, int fd)
{
	struct statvfs st;
	*r = (struct disk_space){0};
	if (fstatvfs(fd, &st) != 0 || st.f_blocks == 0)
		return false;
	unsigned long long block = st.f_frsize;
	r->free_bytes = block * st.f_bavail;
	r->reserve_bytes = lesser(block * st.f_blocks / 20, RESERVE_BYTES);
	r->free_files = st.f_files == 0 ? ULLONG_MAX : st.f_favail;
	r->reserve_files = lesser(st.f_files / 20, RESERVE_FILES);
	r->total_bytes = block * st.f_blocks;
	r->total_files = st.f_files;
	return true;
}

bool disk_space_is_enough(const struct disk_space *r)
{
	return r->free_bytes > r->reserve_bytes && r->free_files > r->reserve_files;
}
