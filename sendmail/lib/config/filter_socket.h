/* Where a filter listens that is no command: socket in [filter NAME].  PROTOCOL:PLACE, with the
   place as Postfix writes it, or shorter:
     milter:inet:127.0.0.1:8891   milter:inet:8891@localhost   milter:unix:/run/opendkim.sock
     spamd:localhost:783          spamd:/run/spamd.sock        milter:inet6:8891@::1 */
#ifndef CONFIG_FILTER_SOCKET_H
#define CONFIG_FILTER_SOCKET_H
#include "base/text.h"

enum filter_protocol { FILTER_SPAMD, FILTER_MILTER };

struct filter_socket {
	enum filter_protocol protocol;
	char path[104];   /* of a local socket; "" = by address.  All that FreeBSD has room for */
	char address[64]; /* IPv4 or IPv6, without brackets: names are not looked up */
	int port;
};

/* False with a sentence in problem. */
bool filter_socket_read(const char *value, struct filter_socket *s, struct text *problem);

/* "spamd" or "milter". */
const char *filter_protocol_name(enum filter_protocol protocol);
#endif
