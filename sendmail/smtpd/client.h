/* Who calls, and whether they may: from the system and the configuration alone, before a byte of
   theirs is read. */
#ifndef SMTPD_CLIENT_H
#define SMTPD_CLIENT_H
#include "base/text.h"
#include "config/listen.h"

struct client {
	uid_t uid;        /* whose mail it is: of the caller, or [listen] user */
	bool is_local;    /* the system named the caller */
	bool needs_login; /* from elsewhere, and not trusted without */
	char address[64]; /* of another machine or container; "" for this machine */
	bool lmtp;
};

/* Who may call from elsewhere. */
struct client_rules {
	struct listen_network networks[LISTEN_NETWORKS_MAX];
	int network_count;
	bool without_login;
	uid_t user; /* -1: there is no such user */
};

/* Reads them; false with a sentence in problem. */
bool client_read_rules(struct client_rules *rules, const struct config *c, struct text *problem);

/* Who is at the other end of fd.  False: they may not send; refusal is the reply that says so. */
bool client_identify(struct client *c, int fd, const struct client_rules *rules,
    struct text *refusal);

/* The same user of this machine, or the same address elsewhere. */
bool client_is_same(const struct client *a, const struct client *b);
#endif
