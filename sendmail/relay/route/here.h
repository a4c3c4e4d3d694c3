/* What this machine knows about itself and its network, for decisions about addresses. */
#ifndef ROUTE_HERE_H
#define ROUTE_HERE_H
#include <stdbool.h>

/* True when the address is one of this machine's own (those of loopback among them). */
bool here_owns(const char *address);

/* 0 when there is a route to the address, else the errno that says why not (ENETUNREACH, ...).
 * Nothing is sent. */
int here_route_error(const char *address);
#endif
