/* smtpload PORT CONNECTIONS MESSAGES FILE [each]: so many messages to 127.0.0.1 by SMTP, over so
   many connections at a time, one command after the other as most clients do it.  each: a
   connection for each message.  Prints messages per second; fails when one of them is not answered
   with 250. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char text[1 << 20];
static size_t text_length;

static int fail(const char *what)
{
	perror(what);
	exit(1);
}

/* A whole reply with this first digit. */
static void expect(int fd, char digit)
{
	char reply[4096];
	size_t length = 0;
	for (;;) {
		ssize_t n = read(fd, reply + length, sizeof reply - 1 - length);
		if (n <= 0)
			fail("read");
		length += (size_t)n;
		reply[length] = '\0';
		char *last = reply;
		for (char *at = reply; (at = strchr(at, '\n')) != NULL && at[1] != '\0';)
			last = ++at;
		if (reply[length - 1] == '\n' && strlen(last) > 3 && last[3] == ' ') {
			if (*last == digit)
				return;
			fprintf(stderr, "smtpload: %s", last);
			exit(1);
		}
	}
}

static void say(int fd, const char *words, size_t length, char digit)
{
	if (write(fd, words, length) != (ssize_t)length)
		fail("write");
	expect(fd, digit);
}

static int open_session(int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int yes = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
		fail("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	expect(fd, '2');
	say(fd, "EHLO bench\r\n", 12, '2');
	return fd;
}

static void send_messages(int port, int count, int each)
{
	static const char mail[] = "MAIL FROM:<bench@example.org>\r\n",
	                  rcpt[] = "RCPT TO:<ops@example.org>\r\n";
	int fd = -1;
	for (int i = 0; i < count; i++) {
		if (fd < 0)
			fd = open_session(port);
		say(fd, mail, sizeof mail - 1, '2');
		say(fd, rcpt, sizeof rcpt - 1, '2');
		say(fd, "DATA\r\n", 6, '3');
		say(fd, text, text_length, '2');
		if (each || i == count - 1) {
			say(fd, "QUIT\r\n", 6, '2');
			close(fd);
			fd = -1;
		}
	}
}

int main(int argc, char **argv)
{
	struct timespec before, after;
	if (argc < 5)
		return 2;
	int connections = atoi(argv[2]), messages = atoi(argv[3]), status, failed = 0;
	FILE *file = fopen(argv[4], "r");
	for (int c; file != NULL && text_length < sizeof text - 10 && (c = getc(file)) != EOF;) {
		if (c == '\n')
			text[text_length++] = '\r';
		text[text_length++] = (char)c;
	}
	bool ended = text_length > 0 && text[text_length - 1] == '\n';
	text_length += (size_t)sprintf(text + text_length, "%s.\r\n", ended ? "" : "\r\n");
	clock_gettime(CLOCK_MONOTONIC, &before);
	for (int i = 0; i < connections; i++) {
		if (fork() == 0) {
			alarm(120);
			send_messages(atoi(argv[1]), messages / connections, argc > 5);
			_exit(0);
		}
	}
	for (int i = 0; i < connections; i++) {
		wait(&status);
		failed |= status;
	}
	clock_gettime(CLOCK_MONOTONIC, &after);
	double s =
	    (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
	printf("%d\n", (int)(messages / connections * connections / s));
	return failed != 0;
}
