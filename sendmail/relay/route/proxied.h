/* The way of a smarthost that is reached through a proxy: DNS is asked for the proxy alone. */
#ifndef ROUTE_PROXIED_H
#define ROUTE_PROXIED_H
#include "relay/route/route.h"

/* The proxy of smarthost as if it were the server, to be looked up. */
void proxied_ask(const struct smarthost *smarthost, struct smarthost *proxy);

/* Makes of what was found for the proxy, in r, the way to smarthost by it. */
void proxied_answer(const struct smarthost *smarthost, struct route *r);
#endif
