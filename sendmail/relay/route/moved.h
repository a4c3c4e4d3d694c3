/* Signs that the name of a smarthost leads to a machine that the mail server has moved away from:
   an entry of /etc/hosts that says another thing than DNS, and a domain whose mail server (MX) is
   not at the address that it has itself. */
#ifndef ROUTE_MOVED_H
#define ROUTE_MOVED_H
#include "relay/route/route.h"

/* Asks the first DNS server, which gets a second for each answer.  words gets a sentence with both
   addresses, and one with what to do; nothing when there is no such sign. */
void moved_look(const struct smarthost *smarthost, const struct route *r, struct text *words);
#endif
