/* [listen]: where smtpd waits for mail, and whose it takes. */
#ifndef CONFIG_LISTEN_H
#define CONFIG_LISTEN_H
#include "config/config.h"
#include <sys/socket.h>
#include <sys/un.h>

#define LISTEN_PLACES_MAX 16
#define LISTEN_NETWORKS_MAX 32

struct listen_place {
	bool lmtp;
	bool loopback; /* or a local socket: the system says who calls */
	char words[sizeof((struct sockaddr_un *)0)->sun_path]; /* as it is written */
	union {
		struct sockaddr any;
		struct sockaddr_un local;
		struct sockaddr_storage room;
	} address;
	socklen_t size;
};

struct listen_network {
	int family; /* AF_INET, AF_INET6 */
	unsigned char bytes[16];
	int bits;
};

/* True when something is to be listened at. */
bool listen_is_on(const struct config *c);

/* The places, smtp before lmtp.  -1: not understood, with a sentence in problem (NULL: nobody reads
   it). */
int listen_places(const struct config *c, struct listen_place places[LISTEN_PLACES_MAX],
    struct text *problem);

/* The networks of clients; -1 as above. */
int listen_networks(const struct config *c, struct listen_network networks[LISTEN_NETWORKS_MAX],
    struct text *problem);

/* True for a client of one of them; an IPv4 address that comes as IPv6 counts as what it is. */
bool listen_is_within(const struct listen_network *networks, int count,
    const struct sockaddr *client);

/* True for an address of this machine that only this machine reaches. */
bool listen_is_loopback(const struct sockaddr *address);

/* The whole section.  An address that is not loopback is opened only by two words: which networks
   (clients), and how their clients log in (logins), or that they need not (without_login), which is
   for private networks only. */
bool listen_ok(const struct config *c, struct text *problem);
#endif
