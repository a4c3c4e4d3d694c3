/* sockcat [-e] PLACE: standard input to a socket, and its answer to standard output.  PLACE is the
   path of a local socket, or ADDRESS:PORT.  Without more input it keeps the connection open until
   the other side ends it; with -e it says to the other side that there is no more.  Exit 1 when
   there is nobody. sockcat -n COUNT SECONDS PLACE: opens so many connections, prints how many are
   greeted with 220 and how many are not, and holds them so long. sockcat -p: prints a TCP port of
   127.0.0.1 that is free. */
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_path(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address.sun_path)
		return -1;
	memcpy(address.sun_path, path, strlen(path));
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	return connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? fd : -1;
}

/* "127.0.0.1:25", "[::1]:25" */
static int connect_place(const char *place)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *found;
	char host[100];
	const char *port = strrchr(place, ':');
	if (strchr(place, '/') != NULL || port == NULL)
		return connect_path(place);
	snprintf(host, sizeof host, "%.*s", (int)(port - place), place);
	host[strcspn(host, "]")] = '\0';
	if (getaddrinfo(host[0] == '[' ? host + 1 : host, port + 1, &hints, &found) != 0)
		return -1;
	int fd = socket(found->ai_family, SOCK_STREAM, 0);
	bool is_there = connect(fd, found->ai_addr, found->ai_addrlen) == 0;
	freeaddrinfo(found);
	return is_there ? fd : -1;
}

static int talk(int fd, bool tells_end)
{
	char bytes[65536];
	ssize_t n;
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
			if (n <= 0 || write(fd, bytes, (size_t)n) != n) {
				p[1].fd = -1;
				if (tells_end)
					shutdown(fd, SHUT_WR);
			}
		}
	}
	return 0;
}

static int hold(int count, unsigned seconds, const char *place)
{
	int greeted = 0;
	for (int i = 0; i < count; i++) {
		char reply[1000] = "";
		int fd = connect_place(place);
		if (fd >= 0 && read(fd, reply, sizeof reply) > 2 && memcmp(reply, "220", 3) == 0)
			greeted++;
		else
			close(fd);
	}
	printf("%d %d\n", greeted, count - greeted);
	fflush(stdout);
	sleep(seconds);
	return 0;
}

static int free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(fd, (struct sockaddr *)&address, length) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) != 0)
		return 1;
	return printf("%d\n", ntohs(address.sin_port)) < 0;
}

int main(int argc, char **argv)
{
	bool tells_end = argc > 1 && strcmp(argv[1], "-e") == 0;
	signal(SIGPIPE, SIG_IGN);
	if (argc == 2 && strcmp(argv[1], "-p") == 0)
		return free_port();
	if (argc == 5 && strcmp(argv[1], "-n") == 0)
		return hold(atoi(argv[2]), (unsigned)atoi(argv[3]), argv[4]);
	if (argc < 2 + tells_end)
		return 2;
	int fd = connect_place(argv[1 + tells_end]);
	if (fd < 0) {
		perror(argv[1 + tells_end]);
		return 1;
	}
	return talk(fd, tells_end);
}
