/* The parent: takes callers, says who they are, gives each a process, and opens the way to the
   queue for it.  It reads nothing that a client sends. */
#ifndef SMTPD_SERVE_H
#define SMTPD_SERVE_H
#include "smtpd/client.h"
#include "smtpd/sockets.h"
#include <openssl/ssl.h>
#include <sys/stat.h>

struct serve {
	struct sockets sockets;
	struct client_rules rules;
	struct config config;
	SSL_CTX *tls;            /* NULL: none */
	struct stat config_file; /* as it was read */
	int life_fd;             /* readable: it is to end; -1: signals say so */
};

/* Until it is asked to end, or the configuration has changed: then whoever started it starts it
   again.  An exit status. */
int serve_run(struct serve *s);
#endif
