/* One client: a process of its own that can do nothing but talk with it, ask the parent for a way
   to the queue, and put messages there. */
#ifndef SMTPD_SMTPD_SESSION_H
#define SMTPD_SMTPD_SESSION_H
#include "smtpd/client.h"
#include <openssl/ssl.h>

struct session_setup {
	int client_fd, control_fd;
	const struct client *client;
	const char *host;
	long long size_limit_bytes;
	SSL_CTX *tls; /* NULL: none */
};

/* Serves it, confined; returns an exit status. */
int session_run(const struct session_setup *setup);
#endif
