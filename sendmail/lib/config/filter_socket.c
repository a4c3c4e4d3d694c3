/* Reading the place of a filter. */
#include "config/filter_socket.h"
#include "base/language.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

const char *filter_protocol_name(enum filter_protocol protocol)
{
	return protocol == FILTER_SPAMD ? "spamd" : "milter";
}

static bool no(struct text *problem, const char *words)
{
	text_put(problem, words);
	return false;
}

static bool read_path(struct filter_socket *s, const char *path, struct text *problem)
{
	if (*path != '/')
		return no(problem,
		    TR("a local socket is named with its whole path: milter:unix:/run/X.sock"));
	return text_copy(s->path, sizeof s->path, path) ||
	       no(problem, TR("the path of a local socket has at most 103 bytes"));
}

/* inet:HOST:PORT, [HOST]:PORT, and PORT@HOST as milters themselves write it. */
static bool split(struct filter_socket *s, const char *place)
{
	long long port = 0;
	char copy[128], *host = copy, *number;
	if (!text_copy(copy, sizeof copy, place))
		return false;
	char *at = strchr(copy, '@'), *colon = strrchr(copy, ':');
	if (at != NULL) {
		*at = '\0';
		number = copy;
		host = at + 1;
	} else if (colon != NULL) {
		*colon = '\0';
		number = colon + 1;
	} else {
		return false;
	}
	size_t length = strlen(host);
	if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
		host[length - 1] = '\0';
		host++;
	}
	if (!text_number(number, 1, 65535, &port))
		return false;
	s->port = (int)port;
	return text_copy(s->address, sizeof s->address, host);
}

static bool read_address(struct filter_socket *s, const char *place, bool six, struct text *problem)
{
	unsigned char bytes[16];
	if (!split(s, place))
		return no(problem, TR("it ends with an address and a port: milter:inet:127.0.0.1:8891"));
	if (text_equal_ci(s->address, "localhost"))
		text_copy(s->address, sizeof s->address, six ? "::1" : "127.0.0.1");
	bool is_six = inet_pton(AF_INET6, s->address, bytes) == 1;
	if (!is_six && inet_pton(AF_INET, s->address, bytes) != 1)
		return no(problem,
		    TR("names are not looked up for filters: write the address, or localhost"));
	return is_six || !six || no(problem, TR("inet6: is for IPv6, and this is an address of IPv4"));
}

bool filter_socket_read(const char *value, struct filter_socket *s, struct text *problem)
{
	*s = (struct filter_socket){.protocol = FILTER_MILTER};
	bool spamd = text_starts_ci(value, "spamd:");
	if (!spamd && !text_starts_ci(value, "milter:"))
		return no(problem, TR("it begins with its protocol: milter: or spamd:"));
	s->protocol = spamd ? FILTER_SPAMD : FILTER_MILTER;
	const char *place = value + (spamd ? 6 : 7);
	if (text_starts_ci(place, "unix:"))
		return read_path(s, place + 5, problem);
	if (text_starts_ci(place, "local:"))
		return read_path(s, place + 6, problem);
	if (*place == '/')
		return read_path(s, place, problem);
	bool six = text_starts_ci(place, "inet6:");
	return read_address(s,
	    place + (six                                 ? 6
	                : text_starts_ci(place, "inet:") ? 5
	                                                 : 0),
	    six, problem);
}
