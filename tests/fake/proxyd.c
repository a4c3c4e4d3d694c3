/* A proxy on loopback, a process for each client.  proxy -P PORTFILE -k socks5|http -t PORT [-u
   LOGIN:PASSWORD] [-r CODE] [-o LOG]: whatever server is asked for, the connection goes to that
   port of 127.0.0.1; -r answers with this code (SOCKS5: a number, HTTP: a status); -o gets a line
   "NAME:PORT" for each request. */
#include "base/base64.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *login, *log_name;
static int target_port, code;
static bool http;

static int listen_at(const char *port_file)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	char temp[1100];
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 50) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &size) != 0)
		exit(1);
	snprintf(temp, sizeof temp, "%s.new", port_file);
	FILE *file = fopen(temp, "w");
	if (file == NULL || fprintf(file, "%d\n", ntohs(at.sin_port)) < 0 || fclose(file) != 0 ||
	    rename(temp, port_file) != 0)
		exit(1);
	return fd;
}

static void need(int fd, unsigned char *bytes, size_t count)
{
	for (size_t got = 0; got < count;) {
		ssize_t n = read(fd, bytes + got, count - got);
		if (n <= 0)
			_exit(0);
		got += (size_t)n;
	}
}

static void say(int fd, const void *bytes, size_t count)
{
	if (write(fd, bytes, count) != (ssize_t)count)
		_exit(0);
}

static void note(const char *name, int port)
{
	FILE *file = log_name != NULL ? fopen(log_name, "a") : NULL;
	if (file == NULL)
		return;
	fprintf(file, "%s:%d\n", name, port);
	fclose(file);
}

static void socks_login(int fd)
{
	unsigned char head[2], text[256];
	char pair[520] = "";
	need(fd, head, 2);
	need(fd, text, head[1]);
	text[head[1]] = '\0';
	snprintf(pair, sizeof pair, "%s:", (char *)text);
	need(fd, head, 1);
	need(fd, text, head[0]);
	text[head[0]] = '\0';
	strncat(pair, (char *)text, sizeof pair - strlen(pair) - 1);
	bool right = strcmp(pair, login) == 0;
	say(fd, right ? "\1\0" : "\1\1", 2);
	if (!right)
		_exit(0);
}

static void socks(int fd)
{
	unsigned char head[5], methods[256], rest[260];
	char name[260] = "";
	need(fd, head, 2);
	if (head[0] != 5)
		_exit(0);
	need(fd, methods, head[1]);
	bool offers = memchr(methods, login != NULL ? 2 : 0, head[1]) != NULL;
	say(fd, !offers ? "\5\377" : login != NULL ? "\5\2" : "\5\0", 2);
	if (offers && login != NULL)
		socks_login(fd);
	need(fd, head, 5);
	size_t length = head[3] == 1 ? 3 : head[3] == 4 ? 15 : head[4];
	need(fd, rest, length + 2);
	if (head[3] == 1) {
		unsigned char address[4] = {head[4], rest[0], rest[1], rest[2]};
		inet_ntop(AF_INET, address, name, sizeof name);
	} else if (head[3] == 3) {
		memcpy(name, rest, length);
	}
	note(name, rest[length] * 256 + rest[length + 1]);
	/* The bound address as a name: its length is a part of the answer. */
	unsigned char answer[] = {5, (unsigned char)code, 0, 3, 2, 'h', 'i', 0, 1};
	say(fd, answer, sizeof answer);
}

static void connect_method(int fd)
{
	char head[4096] = "", name[256] = "", wanted[700];
	size_t length = 0;
	int port = 0;
	while (length + 1 < sizeof head && strstr(head, "\r\n\r\n") == NULL) {
		need(fd, (unsigned char *)head + length, 1);
		head[++length] = '\0';
	}
	sscanf(head, "CONNECT %255[^:]:%d HTTP/1.1", name, &port);
	note(name, port);
	struct buffer coded = {0};
	if (login != NULL)
		base64_encode(&coded, login, strlen(login));
	snprintf(wanted, sizeof wanted, "\r\nProxy-Authorization: Basic %s\r\n", buffer_string(&coded));
	if (login != NULL && strstr(head, wanted) == NULL)
		code = 407;
	char answer[200];
	snprintf(answer, sizeof answer, "HTTP/1.1 %d %s\r\nVia: test\r\n\r\n", code != 0 ? code : 200,
	    code != 0 ? "No such luck" : "Connection established");
	say(fd, answer, strlen(answer));
}

static void copy(int one, int other)
{
	char bytes[16384];
	struct pollfd p[2] = {{.fd = one, .events = POLLIN}, {.fd = other, .events = POLLIN}};
	while (poll(p, 2, -1) > 0) {
		for (int i = 0; i < 2; i++) {
			if (p[i].revents == 0)
				continue;
			ssize_t n = read(p[i].fd, bytes, sizeof bytes);
			if (n <= 0)
				_exit(0);
			say(p[1 - i].fd, bytes, (size_t)n);
		}
	}
}

static void serve(int fd)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((uint16_t)target_port)};
	if (http)
		connect_method(fd);
	else
		socks(fd);
	if (code != 0)
		_exit(0);
	int server = socket(AF_INET, SOCK_STREAM, 0);
	if (server < 0 || connect(server, (struct sockaddr *)&at, sizeof at) != 0)
		_exit(0);
	copy(fd, server);
}

int main(int argc, char **argv)
{
	const char *port_file = "";
	int option;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	while ((option = getopt(argc, argv, "P:k:t:u:r:o:")) != -1) {
		switch (option) {
		case 'P': port_file = optarg; break;
		case 'k': http = strcmp(optarg, "http") == 0; break;
		case 't': target_port = atoi(optarg); break;
		case 'u': login = optarg; break;
		case 'r': code = atoi(optarg); break;
		case 'o': log_name = optarg; break;
		default: return 64;
		}
	}
	int listener = listen_at(port_file);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		if (fd < 0)
			continue;
		if (fork() == 0) {
			close(listener);
			serve(fd);
			_exit(0);
		}
		close(fd);
	}
}
