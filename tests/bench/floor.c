/* The least that a safe submission costs: read standard input, write a file, fsync, rename, fsync
 * the folder.  floor FOLDER */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char bytes[65536], temp[64], name[64];
	if (argc != 2)
		return 64;
	int dir = open(argv[1], O_RDONLY | O_DIRECTORY);
	snprintf(temp, sizeof temp, "t.%ld", (long)getpid());
	snprintf(name, sizeof name, "f.%ld", (long)getpid());
	int fd = openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL, 0600);
	ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
	if (fd < 0 || n < 0 || write(fd, bytes, (size_t)n) != n || fsync(fd) != 0)
		return 74;
	return renameat(dir, temp, dir, name) == 0 && fsync(dir) == 0 ? 0 : 74;
}
