/* longway: a long way to a server.  Connections to PORTFILE's port are carried to 127.0.0.1:TO, and
   each byte needs MS milliseconds in either direction.
   longway PORTFILE TO MS */
#include "base/mem.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LINES_MAX 64
#define PIECE_BYTES 65536
#define UNDER_WAY_BYTES (4 << 20)

/* What one end said, and when it arrives at the other. */
struct piece {
	long long due_us;
	size_t length;
	struct piece *next;
	char bytes[];
};

static struct way {
	int from, to;
	struct piece *first, *last;
	size_t bytes;
	bool ended;
} ways[2 * LINES_MAX];
static int way_count;
static long long delay_us;

static long long now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void add_piece(struct way *w, const char *bytes, size_t length)
{
	struct piece *p = mem_alloc(sizeof *p + length);
	p->due_us = now_us() + delay_us;
	p->length = length;
	if (length > 0)
		memcpy(p->bytes, bytes, length);
	if (w->last != NULL)
		w->last->next = p;
	else
		w->first = p;
	w->last = p;
	w->bytes += length;
}

static void drop_first(struct way *w)
{
	struct piece *p = w->first;
	w->first = p->next;
	w->last = w->first == NULL ? NULL : w->last;
	w->bytes -= p->length;
	free(p);
}

/* The end is a piece of no bytes. */
static void take_in(struct way *w)
{
	static char bytes[PIECE_BYTES];
	ssize_t n = recv(w->from, bytes, sizeof bytes, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	w->ended = n <= 0;
	add_piece(w, bytes, n > 0 ? (size_t)n : 0);
}

static void give_out(struct way *w, long long now)
{
	while (w->first != NULL && w->first->due_us <= now) {
		struct piece *p = w->first;
		if (p->length == 0)
			shutdown(w->to, SHUT_WR);
		ssize_t n = send(w->to, p->bytes, p->length, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n >= 0 && (size_t)n < p->length) {
			memmove(p->bytes, p->bytes + n, p->length - (size_t)n);
			p->length -= (size_t)n;
			w->bytes -= (size_t)n;
			return;
		}
		drop_first(w);
	}
}

static void prepare(int fd)
{
	int one = 1;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static void welcome(int listener, int port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int near = accept(listener, NULL, NULL), far = socket(AF_INET, SOCK_STREAM, 0);
	if (near < 0 || far < 0 || way_count == 2 * LINES_MAX ||
	    connect(far, (struct sockaddr *)&at, sizeof at) != 0) {
		close(near);
		close(far);
		return;
	}
	prepare(near);
	prepare(far);
	ways[way_count++] = (struct way){.from = near, .to = far};
	ways[way_count++] = (struct way){.from = far, .to = near};
}

/* Both ways of a line go together. */
static void tidy(void)
{
	for (int i = way_count - 2; i >= 0; i -= 2) {
		if (!ways[i].ended || !ways[i + 1].ended || ways[i].first != NULL ||
		    ways[i + 1].first != NULL)
			continue;
		close(ways[i].from);
		close(ways[i].to);
		way_count -= 2;
		memmove(&ways[i], &ways[way_count], 2 * sizeof ways[0]);
	}
}

static bool is_next(long long *next_us, const struct way *w)
{
	bool sooner = w->first != NULL && (*next_us < 0 || w->first->due_us < *next_us);
	if (sooner)
		*next_us = w->first->due_us;
	return sooner;
}

static void turn(int listener, int port)
{
	struct pollfd p[2 * LINES_MAX + 1] = {{.fd = listener, .events = POLLIN}};
	long long next_us = -1;
	int count = way_count;
	for (int i = 0; i < count; i++) {
		bool reads = !ways[i].ended && ways[i].bytes < UNDER_WAY_BYTES;
		p[i + 1] = (struct pollfd){.fd = reads ? ways[i].from : -1, .events = POLLIN};
		is_next(&next_us, &ways[i]);
	}
	long long left_us = next_us < 0 ? -1 : next_us - now_us();
	struct timespec wait = {.tv_sec = left_us > 0 ? left_us / 1000000 : 0,
	    .tv_nsec = left_us > 0 ? left_us % 1000000 * 1000 : 0};
	if (ppoll(p, (nfds_t)count + 1, next_us < 0 ? NULL : &wait, NULL) < 0 && errno != EINTR)
		exit(1);
	for (int i = 0; i < count; i++) {
		if (p[i + 1].revents != 0)
			take_in(&ways[i]);
		give_out(&ways[i], now_us());
	}
	tidy();
	if (p[0].revents != 0)
		welcome(listener, port);
}

static int listen_and_say(const char *port_file)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	char temp[1100];
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	snprintf(temp, sizeof temp, "%s.new", port_file);
	FILE *file = fopen(temp, "w");
	if (fd < 0 || file == NULL || bind(fd, (struct sockaddr *)&at, size) != 0 ||
	    listen(fd, 64) != 0 || getsockname(fd, (struct sockaddr *)&at, &size) != 0 ||
	    fprintf(file, "%d\n", ntohs(at.sin_port)) < 0 || fclose(file) != 0 ||
	    rename(temp, port_file) != 0) {
		perror("longway");
		exit(1);
	}
	return fd;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 64;
	signal(SIGPIPE, SIG_IGN);
	delay_us = atoll(argv[3]) * 1000;
	int listener = listen_and_say(argv[1]), port = atoi(argv[2]);
	for (;;)
		turn(listener, port);
}
