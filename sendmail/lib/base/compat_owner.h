/* Who calls over TCP, within this machine. */
#ifndef BASE_COMPAT_OWNER_H
#define BASE_COMPAT_OWNER_H
#include <sys/socket.h>
#include <sys/types.h>

/* The user who opened the socket at the client's end of a TCP connection whose both ends are on
   this machine (and, on Linux, in this network namespace).  Addresses as accept(2) and
   getsockname(2) name them.  -1 with errno: not known, for example because the client has closed
   it.  What the kernel says: nothing is asked of the client. */
int compat_tcp_owner(const struct sockaddr *client, const struct sockaddr *server, uid_t *uid);
#endif
