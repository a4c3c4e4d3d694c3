/* activate SOCKET UID GID GROUPS COMMAND...: a socket unit of systemd and its service, in small:
   SOCKET (SOCK_SEQPACKET, open to all) is made, and COMMAND, as UID and GID with GROUPS (numbers
   with commas, or "-"), gets it, listening, as descriptor 3. */
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(71);
}

static int read_groups(char *words, gid_t *groups, int most)
{
	int count = 0;
	for (char *at = strtok(words, ",-"); at != NULL && count < most; at = strtok(NULL, ",-"))
		groups[count++] = (gid_t)strtoul(at, NULL, 10);
	return count;
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	gid_t groups[8];
	char pid[24];
	if (argc < 6 || strlen(argv[1]) >= sizeof address.sun_path)
		return 64;
	strcpy(address.sun_path, argv[1]);
	unlink(argv[1]);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 8) != 0)
		fail(argv[1]);
	if (chmod(argv[1], 0666) != 0 || (fd != 3 && dup2(fd, 3) < 0))
		fail("prepare the socket");
	if (setgroups((size_t)read_groups(argv[4], groups, 8), groups) != 0 ||
	    setgid((gid_t)strtoul(argv[3], NULL, 10)) != 0 ||
	    setuid((uid_t)strtoul(argv[2], NULL, 10)) != 0)
		fail("become another user");
	snprintf(pid, sizeof pid, "%ld", (long)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "1", 1);
	execv(argv[5], argv + 5);
	fail(argv[5]);
}
