/* The way through a proxy: with->fd leads to it, and to the server afterwards. */
#ifndef RELAY_TUNNEL_H
#define RELAY_TUNNEL_H
#include "relay/deliver.h"

/* Asks the proxy of with->smarthost for a connection to with->candidate, within connect_s.  For a
 * confined process: it reads what a proxy says.  False: *d says why ("proxy-..."). */
bool tunnel_open(const struct deliver *with, struct diagnosis *d);
#endif
