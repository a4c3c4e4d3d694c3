/* Whether the linker gives us every call by which the spool is used. */
#include "tests/sim/sim.h"
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

bool sim_files_are_reached(int folder)
{
	struct stat st;
	struct statvfs fs;
	char byte = 0;
	int fd = openat(folder, "probe", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool good =
	    sim_files_folder(folder) >= 0 && fd >= 0 && write(fd, "x", 1) == 1 &&
	    pwrite(fd, "y", 1, 0) == 1 && lseek(fd, 0, SEEK_SET) == 0 && read(fd, &byte, 1) == 1 &&
	    byte == 'y' && pread(fd, &byte, 1, 0) == 1 && fstat(fd, &st) == 0 && st.st_size == 1 &&
	    ftruncate(fd, 0) == 0 && flock(fd, LOCK_SH | LOCK_NB) == 0 && fchmod(fd, 0600) == 0 &&
	    fstatvfs(fd, &fs) == 0 && linkat(folder, "probe", folder, "other", 0) == 0 &&
	    renameat(folder, "other", folder, "third") == 0 && fstatat(folder, "third", &st, 0) == 0 &&
	    faccessat(folder, "third", F_OK, 0) == 0 && unlinkat(folder, "third", 0) == 0;
	return good && unlinkat(folder, "probe", 0) == 0 && close(fd) == 0;
}
