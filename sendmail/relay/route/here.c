/* Asking the kernel. */
#include "relay/route/here.h"
#include <errno.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The address without its port, as bytes to compare. */
static const void *host_bytes(const struct sockaddr *s, size_t *length)
{
	const void *v = s;
	if (s->sa_family == AF_INET) {
		*length = 4;
		return &((const struct sockaddr_in *)v)->sin_addr;
	}
	*length = 16;
	return s->sa_family == AF_INET6 ? &((const struct sockaddr_in6 *)v)->sin6_addr : NULL;
}

static struct addrinfo *read_address(const char *address)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC,
	                    .ai_socktype = SOCK_DGRAM,
	                    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV},
	                *ai = NULL;
	return getaddrinfo(address, "25", &hints, &ai) == 0 ? ai : NULL;
}

/* Of 127.0.0.0/8 all addresses are the machine's on one system, and on another those that an
 * interface has: the kernel knows. */
static bool is_loopback_of_ours(const struct addrinfo *ai)
{
	int fd = socket(ai->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in any_port;
	memcpy(&any_port, ai->ai_addr, sizeof any_port);
	any_port.sin_port = 0;
	bool ours = fd >= 0 && bind(fd, (const struct sockaddr *)&any_port, sizeof any_port) == 0;
	if (fd >= 0)
		close(fd);
	return ours;
}

bool here_owns(const char *address)
{
	struct ifaddrs *list = NULL;
	size_t length = 0, other = 0;
	struct addrinfo *ai = read_address(address);
	const void *wanted = ai != NULL ? host_bytes(ai->ai_addr, &length) : NULL;
	bool own = strcmp(address, "::1") == 0 ||
	           (strncmp(address, "127.", 4) == 0 && wanted != NULL && is_loopback_of_ours(ai));
	if (!own && wanted != NULL && getifaddrs(&list) == 0) {
		for (struct ifaddrs *i = list; i != NULL && !own; i = i->ifa_next) {
			if (i->ifa_addr == NULL || i->ifa_addr->sa_family != ai->ai_family)
				continue;
			const void *mine = host_bytes(i->ifa_addr, &other);
			own = mine != NULL && other == length && memcmp(mine, wanted, length) == 0;
		}
		freeifaddrs(list);
	}
	if (ai != NULL)
		freeaddrinfo(ai);
	return own;
}

int here_route_error(const char *address)
{
	struct addrinfo *ai = read_address(address);
	int error = EINVAL;
	int fd = ai != NULL ? socket(ai->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
	if (ai != NULL)
		error = fd < 0 ? errno : connect(fd, ai->ai_addr, ai->ai_addrlen) == 0 ? 0 : errno;
	if (fd >= 0)
		close(fd);
	if (ai != NULL)
		freeaddrinfo(ai);
	return error;
}
