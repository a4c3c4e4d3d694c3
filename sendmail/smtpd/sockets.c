/* Making sockets, and taking those that were made. */
#include "smtpd/sockets.h"
#include "base/fdio.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define BACKLOG 128
#define GIVEN_FD 3 /* sd_listen_fds(3) */

static bool fail(struct text *problem, const char *place, const char *what)
{
	text_printf(problem, "%s: %s", place, what);
	return false;
}

static void keep(struct sockets *s, int fd, bool lmtp, const char *path)
{
	s->list[s->count].fd = fd;
	s->list[s->count].lmtp = lmtp;
	s->list[s->count].path = path;
	s->count++;
}

/* The n-th of names that are divided by colons. */
static bool is_for_lmtp(const char *names, int n)
{
	TEXT(name, 100);
	for (; names != NULL && n > 0; n--)
		names = strchr(names, ':') != NULL ? strchr(names, ':') + 1 : NULL;
	if (names != NULL)
		text_put_n(&name, names, strcspn(names, ":"));
	return strstr(name.data, "lmtp") != NULL;
}

/* What systemd opened to others than this machine, the configuration has to have opened, too. */
static bool may_be_open(int fd, const struct config *c, struct text *problem)
{
	union {
		struct sockaddr any;
		struct sockaddr_storage room;
	} address = {0};
	socklen_t size = sizeof address;
	if (getsockname(fd, &address.any, &size) != 0)
		return fail(problem, "a socket of systemd", strerror(errno));
	bool local = address.any.sa_family == AF_UNIX || listen_is_loopback(&address.any);
	bool open =
	    c->listen_clients[0] != '\0' && (c->listen_without_login || c->listen_logins[0] != '\0');
	return local || open ||
	       fail(problem, "a socket of systemd",
	           "it is no loopback address, and [listen] names no clients, or not how they log in");
}

bool sockets_take(struct sockets *s, const struct config *c, struct text *problem)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	long long number, count;
	if (pid == NULL || fds == NULL || !text_number(pid, 1, INT32_MAX, &number) ||
	    number != getpid() || !text_number(fds, 1, LISTEN_PLACES_MAX, &count))
		return true;
	s->given = true;
	for (int i = 0; i < (int)count; i++) {
		int fd = GIVEN_FD + i;
		if (!may_be_open(fd, c, problem))
			return false;
		if (!fdio_nonblocking(fd) || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
			return fail(problem, "a socket of systemd", strerror(errno));
		keep(s, fd, is_for_lmtp(getenv("LISTEN_FDNAMES"), i), NULL);
	}
	return true;
}

static bool open_place(struct sockets *s, const struct listen_place *p, struct text *problem)
{
	int yes = 1, family = p->address.any.sa_family;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(problem, p->words, strerror(errno));
	if (family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
	bool done = fdio_nonblocking(fd) && bind(fd, &p->address.any, p->size) == 0 &&
	            (family != AF_UNIX || chmod(p->address.local.sun_path, 0666) == 0) &&
	            listen(fd, BACKLOG) == 0;
	if (done) {
		keep(s, fd, p->lmtp, family == AF_UNIX ? p->address.local.sun_path : NULL);
		return true;
	}
	int error = errno;
	close(fd);
	if (error == EADDRINUSE)
		return fail(problem, p->words,
		    "another program listens there already; end that one, or choose another port");
	if (error == EADDRNOTAVAIL)
		return fail(problem, p->words, "this machine does not have that address (yet)");
	if (error == EACCES && family != AF_UNIX)
		return fail(problem, p->words,
		    "a port below 1024 is root's: choose another, or let firsthop-smtpd.socket open it");
	return fail(problem, p->words, strerror(error));
}

bool sockets_open_tcp(struct sockets *s, const struct config *c, struct text *problem)
{
	s->place_count = s->given ? 0 : listen_places(c, s->places, problem);
	for (int i = 0; i < s->place_count; i++) {
		if (s->places[i].address.any.sa_family != AF_UNIX && !open_place(s, &s->places[i], problem))
			return false;
	}
	return s->place_count >= 0;
}

/* One that an earlier smtpd left; anything else of that name is not ours to remove. */
static void remove_old(const char *path)
{
	struct stat st;
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(path);
}

bool sockets_open_local(struct sockets *s, struct text *problem)
{
	for (int i = 0; i < s->place_count; i++) {
		if (s->places[i].address.any.sa_family != AF_UNIX)
			continue;
		remove_old(s->places[i].address.local.sun_path);
		if (!open_place(s, &s->places[i], problem))
			return false;
	}
	return true;
}

void sockets_close(struct sockets *s)
{
	for (int i = 0; i < s->count; i++) {
		if (s->list[i].path != NULL)
			unlink(s->list[i].path);
		close(s->list[i].fd);
	}
	s->count = 0;
}
