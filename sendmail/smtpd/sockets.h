/* The sockets that smtpd listens at. */
#ifndef SMTPD_SOCKETS_H
#define SMTPD_SOCKETS_H
#include "base/text.h"
#include "config/listen.h"

struct sockets {
	struct {
		int fd;
		bool lmtp;
		const char *path; /* of a local socket that was made here; NULL: there is none */
	} list[LISTEN_PLACES_MAX];
	int count;
	struct listen_place places[LISTEN_PLACES_MAX];
	int place_count;
	bool given; /* by systemd */
};

/* What systemd made (sd_listen_fds(3); one whose name holds "lmtp" is for LMTP), or else nothing.
   False with a sentence: one of them is open to more than the configuration says. */
bool sockets_take(struct sockets *s, const struct config *c, struct text *problem);

/* Unless they were given: makes those for TCP, as root where the port needs that, and then the
   local ones.  False with a sentence. */
bool sockets_open_tcp(struct sockets *s, const struct config *c, struct text *problem);
bool sockets_open_local(struct sockets *s, struct text *problem);

/* No more callers. */
void sockets_close(struct sockets *s);
#endif
