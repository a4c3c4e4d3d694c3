/* sockcat PATH: standard input to a local socket, and its answer to standard output.  Without more
   input it keeps the connection open until the other side ends it.  Exit 1 when there is nobody. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char bytes[65536];
	ssize_t n;
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2 || strlen(argv[1]) >= sizeof address.sun_path)
		return 2;
	memcpy(address.sun_path, argv[1], strlen(argv[1]));
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
		perror(argv[1]);
		return 1;
	}
	struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
	while (poll(p, 2, -1) > 0) {
		if (p[0].revents != 0) {
			if ((n = read(fd, bytes, sizeof bytes)) <= 0)
				return 0;
			if (write(STDOUT_FILENO, bytes, (size_t)n) != n)
				return 2;
		}
		if (p[1].revents != 0) {
			n = read(STDIN_FILENO, bytes, sizeof bytes);
			if (n <= 0 || write(fd, bytes, (size_t)n) != n)
				p[1].fd = -1;
		}
	}
	return 0;
}
