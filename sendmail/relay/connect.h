/* A TCP connection to one candidate. */
#ifndef RELAY_CONNECT_H
#define RELAY_CONNECT_H
#include "relay/route/route.h"

/* A connected, non-blocking descriptor within timeout_s; -1 with d at STAGE_CONNECT
 * ("connect-refused", "connect-timeout", ...). */
int connect_to(const struct candidate *c, const struct smarthost *smarthost, int timeout_s,
    struct diagnosis *d);

/* The address of this end of a connection, numeric; "" when it cannot be had. */
void connect_local_address(int fd, char *address, size_t size);
#endif
