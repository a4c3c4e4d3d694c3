/* Where a proxy is: the value of proxy in [smarthost NAME]. */
#ifndef CONFIG_PROXY_URL_H
#define CONFIG_PROXY_URL_H
#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>

enum proxy_kind { PROXY_SOCKS5, PROXY_HTTP };

struct proxy_url {
	enum proxy_kind kind;
	char host[256]; /* a name, or an address without brackets */
	uint16_t port;  /* 1080 or 3128 when none is written */
};

/* "socks5://HOST:PORT" or "http://HOST:PORT"; an IPv6 address is in brackets.  False with a
 * sentence in problem (NULL: nobody reads it). */
bool proxy_url_read(const char *value, struct proxy_url *url, struct text *problem);
#endif
