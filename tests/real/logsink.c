/* A syslog daemon of a few lines for the tests.  Real callers log through libc's syslog(3), so the
   format is whatever that sends.
     logsink SOCKET FILE   appends each datagram as one line to FILE, without its <priority>; says
                           nothing, and ends when it is killed
     logsink -f SOCKET     fills the socket with lines "filler" until it accepts no more, for a
                           daemon that does not read */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int socket_open(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address.sun_path)
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (fd < 0)
		return -1;
	unlink(path);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || chmod(path, 0666) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static char *skip_priority(char *line)
{
	char *end = line[0] == '<' ? strchr(line, '>') : NULL;
	return end != NULL ? end + 1 : line;
}

static int fill(const char *path)
{
	static const char line[] = "<22>filler";
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
		return 71;
	while (send(fd, line, sizeof line - 1, MSG_DONTWAIT) >= 0)
		continue;
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? 0 : 74;
}

int main(int argc, char **argv)
{
	static char line[65536];
	if (argc == 3 && strcmp(argv[1], "-f") == 0)
		return fill(argv[2]);
	if (argc != 3) {
		fprintf(stderr, "usage: logsink SOCKET FILE\n");
		return 64;
	}
	int from = socket_open(argv[1]);
	int to = open(argv[2], O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (from < 0 || to < 0) {
		perror("logsink");
		return 71;
	}
	for (;;) {
		ssize_t got = recv(from, line, sizeof line - 2, 0);
		if (got < 0)
			return 74;
		line[got] = '\0';
		char *text = skip_priority(line);
		size_t length = strlen(text);
		if (length == 0 || text[length - 1] != '\n')
			text[length++] = '\n';
		if (write(to, text, length) < 0)
			return 74;
	}
}
